import { useEffect, useRef, useState } from 'react';
import type { LabStep, StepProgress } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { Markdown } from '../instructions/markdown.tsx';
import { useTexts } from '../language/language.ts';
import { CheckPanel } from './check-panel.tsx';
import { HintList } from './hint-list.tsx';
import { stepTexts } from './texts.ts';
import { useEnterStep } from './use-enter-step.ts';

/** Lists the steps of a lab. At first, the step where the learner continues is open. */
export function StepList(props: {
  steps: readonly LabStep[];
  language: string;
  /** The learner's progress, by step. */
  progress: readonly StepProgress[];
  onChecked: () => void;
}) {
  const { steps, language, progress, onChecked } = props;
  const passed = new Set(progress.filter((step) => step.passed).map(({ id }) => id));
  const [current, setCurrent] = useState(() => ({
    open: firstToDo(steps, passed)?.id,
    arriving: false,
  }));
  return steps.map((step, index) => {
    const next = steps[index + 1]?.id;
    const open = step.id === current.open;
    return (
      <StepCard
        key={step.id}
        step={step}
        language={language}
        number={index + 1}
        progress={progress.find(({ id }) => id === step.id)}
        open={open}
        arriving={open && current.arriving}
        onToggle={() => setCurrent({ open: open ? undefined : step.id, arriving: false })}
        onNext={next === undefined ? undefined : () => setCurrent({ open: next, arriving: true })}
        onChecked={onChecked}
      />
    );
  });
}

/**
 * Returns the step where the learner continues: the one after the last passed step before the first failing one.
 * Steps without a check are never passed.
 */
function firstToDo(steps: readonly LabStep[], passed: ReadonlySet<string>): LabStep | undefined {
  const failing = steps.findIndex(({ id, hasCheck }) => hasCheck && !passed.has(id));
  const before = failing === -1 ? steps : steps.slice(0, failing);
  return steps[before.findLastIndex(({ id }) => passed.has(id)) + 1] ?? steps[0];
}

/** Shows a step: its instructions, check and hints. A closed step is hidden and keeps its state. */
function StepCard(props: {
  step: LabStep;
  /** The language of the step's texts. */
  language: string;
  number: number;
  progress: StepProgress | undefined;
  open: boolean;
  /** Whether the learner came from the previous step, so that the heading takes the focus. */
  arriving: boolean;
  onToggle: () => void;
  /** Undefined for the last step. */
  onNext: (() => void) | undefined;
  /** Called after each check and each shown hint. */
  onChecked: () => void;
}) {
  const { step, language, number, progress, open, arriving, onToggle, onNext, onChecked } = props;
  const texts = useTexts(stepTexts);
  const passed = progress?.passed ?? false;
  const { entering, problem, tryAgain } = useEnterStep(step.id, open);
  const head = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (arriving) head.current?.focus();
  }, [arriving]);

  return (
    <article className="step" data-passed={passed}>
      <h2>
        <button ref={head} type="button" className="step-head" aria-expanded={open} onClick={onToggle}>
          {number}. <span lang={language}>{step.title}</span>{' '}
          {passed && <span className="done passed">✓ {texts.passed}</span>}
        </button>
      </h2>
      <div className="step-body" hidden={!open}>
        {entering && <output className="faint late">{texts.preparing}</output>}
        {problem && (
          <Problem>
            {problem}{' '}
            <button type="button" className="quiet" onClick={tryAgain}>
              {texts.tryAgain}
            </button>
          </Problem>
        )}
        <Markdown text={step.instructions} heading={step.title} language={language} />
        {step.hasCheck && (
          <CheckPanel step={step} language={language} polling={open && !passed} onChecked={onChecked} />
        )}
        {step.hints.length > 0 && !passed && (
          <HintList step={step} progress={progress} language={language} onRevealed={onChecked} />
        )}
        {onNext && (passed || !step.hasCheck) && (
          <p className="step-next">
            <button type="button" className={step.hasCheck ? undefined : 'quiet'} onClick={onNext}>
              {texts.next}
            </button>
          </p>
        )}
      </div>
    </article>
  );
}
