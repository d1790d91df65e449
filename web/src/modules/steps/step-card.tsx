import { useEffect, useRef } from 'react';
import { Problem } from '../../components/problem.tsx';
import { Markdown } from '../instructions/markdown.tsx';
import { useTexts } from '../language/language.ts';
import { CheckPanel } from './check-panel.tsx';
import { HintList } from './hint-list.tsx';
import type { LabStep, StepProgress } from './step.ts';
import { stepTexts } from './texts.ts';
import { useEnterStep } from './use-enter-step.ts';

/** One step: what to do, and what judges it. It is shown while it is open, and goes on where it was left. */
export function StepCard(props: {
  step: LabStep;
  /** The one that its texts are in. */
  language: string;
  number: number;
  progress: StepProgress | undefined;
  open: boolean;
  /** Whether the learner came here from another step, so that it is brought before them. */
  arriving: boolean;
  onToggle: () => void;
  /** Undefined for the last one. */
  onNext: (() => void) | undefined;
  /** Called after each check, and each hint that was shown. */
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
          <CheckPanel step={step} language={language} awaited={open && !passed} onChecked={onChecked} />
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
