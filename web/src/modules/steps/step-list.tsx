import { useState } from 'react';
import { StepCard } from './step-card.tsx';
import type { LabStep, StepProgress } from './step.ts';

/** The steps of a lab, one of them open: to begin with, the one to go on with. */
export function StepList(props: {
  steps: readonly LabStep[];
  language: string;
  /** What the learner has reached, a step each. */
  progress: readonly StepProgress[];
  onChecked: () => void;
}) {
  const { steps, language, progress, onChecked } = props;
  const passed = new Set(progress.filter((step) => step.passed).map(({ id }) => id));
  const [place, setPlace] = useState(() => ({
    open: firstToDo(steps, passed)?.id,
    arriving: false,
  }));
  return steps.map((step, index) => {
    const next = steps[index + 1]?.id;
    const open = step.id === place.open;
    return (
      <StepCard
        key={step.id}
        step={step}
        language={language}
        number={index + 1}
        progress={progress.find(({ id }) => id === step.id)}
        open={open}
        arriving={open && place.arriving}
        onToggle={() => setPlace({ open: open ? undefined : step.id, arriving: false })}
        onNext={next === undefined ? undefined : () => setPlace({ open: next, arriving: true })}
        onChecked={onChecked}
      />
    );
  });
}

/** The step after the last one that is passed before the first that is not; those that are only read are never passed. */
function firstToDo(steps: readonly LabStep[], passed: ReadonlySet<string>): LabStep | undefined {
  const failing = steps.findIndex(({ id, hasCheck }) => hasCheck && !passed.has(id));
  const before = failing === -1 ? steps : steps.slice(0, failing);
  return steps[before.findLastIndex(({ id }) => passed.has(id)) + 1] ?? steps[0];
}
