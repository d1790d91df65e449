import { useState } from 'react';
import { useTexts } from '../language/language.ts';
import { useReadySession } from '../session/ready-session.ts';
import { messageOf } from './check.ts';
import type { Answer } from './check.ts';
import { QuestionField } from './question-field.tsx';
import type { LabStep } from './step.ts';
import { stepTexts } from './texts.ts';
import { useCheck } from './use-check.ts';
import { VerdictList } from './verdict-list.tsx';

/** What judges a step: its questions, a button that checks, and what came of it. */
export function CheckPanel(props: {
  step: LabStep;
  language: string;
  /** Whether the step is open and not passed, so that checks may be made by themselves. */
  awaited: boolean;
  onChecked: () => void;
}) {
  const { step, language, awaited, onChecked } = props;
  const texts = useTexts(stepTexts);
  const session = useReadySession();
  // In a copy of a learner's session nothing passes for good: checks by themselves would never end.
  const pollSeconds = (awaited && !session?.isFork ? step.pollSeconds : null) ?? undefined;
  const handle = useCheck({ session: session?.id, step: step.id, pollSeconds, onChecked });
  const { attempt, problem, checking } = handle;
  const [answers, setAnswers] = useState<readonly Answer[]>([]);

  return (
    <form
      className="check"
      onSubmit={(event) => {
        event.preventDefault();
        handle.check([...answers]);
      }}
    >
      {step.checks.map(
        ({ id, question }) =>
          question && (
            <QuestionField
              key={id}
              check={id}
              question={question}
              language={language}
              answer={answers.find(({ check }) => check === id)}
              onAnswer={(answer) => setAnswers([...answers.filter(({ check }) => check !== id), answer])}
            />
          ),
      )}
      <div className="check-bar">
        <button
          type="submit"
          disabled={!session}
          title={session ? undefined : texts.startFirst}
          aria-disabled={checking}
        >
          {checking ? texts.checking : texts.check}
        </button>
        <output className={attempt?.passed ? 'done' : undefined}>
          {attempt?.passed && '✓ '}
          {problem ?? (attempt && messageOf(attempt))}
          {!problem && attempt && attempt.score > 0 && !attempt.passed && (
            <> {texts.score(Math.round(attempt.score * 100))}</>
          )}
        </output>
      </div>
      {pollSeconds !== undefined && session && <p className="faint">{texts.byItself}</p>}
      {attempt && isWorthSeeing(attempt.verdicts) && (
        <VerdictList attempt={attempt} checks={step.checks} language={language} />
      )}
    </form>
  );
}

/** A single check has said all by its message, unless it shows what it goes by. */
function isWorthSeeing(verdicts: { evidence: string; message: string; explanation: string | null }[]) {
  return (
    verdicts.length > 1 ||
    verdicts.some(({ evidence, message, explanation }) => explanation || evidence.trim() !== message)
  );
}
