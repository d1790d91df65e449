import { useState } from 'react';
import type { AnswerInput, Attempt, LabStep, StepCheck, Verdict } from '../../generated/operations.ts';
import { Markdown } from '../instructions/markdown.tsx';
import { useTexts } from '../language/language.ts';
import { useReadySession } from '../session/session.ts';
import { messageOf } from './check.ts';
import { QuestionField } from './question-field.tsx';
import { stepTexts } from './texts.ts';
import { useCheck } from './use-check.ts';

/** Shows a step's questions, the button that runs its checks, and the result. */
export function CheckPanel(props: {
  step: LabStep;
  language: string;
  /** Whether the step is open and not passed. Only then do checks run automatically. */
  polling: boolean;
  onChecked: () => void;
}) {
  const { step, language, polling, onChecked } = props;
  const texts = useTexts(stepTexts);
  const session = useReadySession();
  // In a fork no step becomes passed, so automatic checks would never end.
  const pollSeconds = (polling && !session?.isFork ? step.pollSeconds : null) ?? undefined;
  const handle = useCheck({ session: session?.id, step: step.id, pollSeconds, onChecked });
  const { attempt, problem, checking } = handle;
  const [answers, setAnswers] = useState<readonly AnswerInput[]>([]);

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
      {pollSeconds !== undefined && session && <p className="faint">{texts.automatic}</p>}
      {attempt && hasDetails(attempt.verdicts) && (
        <VerdictList attempt={attempt} checks={step.checks} language={language} />
      )}
    </form>
  );
}

/** Returns whether the verdicts show more than the attempt's message, as several checks or evidence do. */
function hasDetails(verdicts: readonly Verdict[]): boolean {
  return (
    verdicts.length > 1 ||
    verdicts.some(({ evidence, message, explanation }) => explanation || evidence.trim() !== message)
  );
}

/** Lists the verdict of each check of a step, with its evidence. */
function VerdictList(props: { attempt: Attempt; checks: readonly StepCheck[]; language: string }) {
  const { attempt, checks, language } = props;
  const texts = useTexts(stepTexts);
  return (
    <ul className="verdicts" aria-label={texts.results}>
      {attempt.verdicts.map((verdict, index) => {
        const check = checks.find(({ id }) => id === verdict.id);
        return (
          <li key={verdict.id} data-state={stateOf(verdict)}>
            <span className="verdict-mark" aria-hidden="true">
              {verdict.passed ? '✓' : verdict.state === 'ERRORED' ? '!' : '✗'}
            </span>
            <div>
              <strong lang={language}>
                {check?.title ??
                  `${texts.kinds[verdict.kind]} ${attempt.verdicts.length > 1 ? index + 1 : ''}`}
              </strong>{' '}
              <span className="unseen">{texts.states[stateOf(verdict)]}</span>
              {verdict.message && <p lang={verdict.finding ? undefined : language}>{messageOf(verdict)}</p>}
              {verdict.explanation && <Markdown text={verdict.explanation} language={language} />}
              {verdict.kind !== 'QUIZ' && verdict.evidence && (
                <details>
                  <summary>{texts.evidence}</summary>
                  <pre>{verdict.evidence}</pre>
                </details>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function stateOf({ passed, state }: Verdict): 'passed' | 'failed' | 'errored' {
  if (state === 'ERRORED') return 'errored';
  return passed ? 'passed' : 'failed';
}
