import { useState } from 'react';
import { useClient } from 'urql';
import { RevealHintDocument } from '../../generated/operations.ts';
import type { LabStep, ShownHint, StepProgress } from '../../generated/operations.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Problem } from '../../components/problem.tsx';
import { errorText } from '../api/error-text.ts';
import { Markdown } from '../instructions/markdown.tsx';
import { useTexts } from '../language/language.ts';
import { useReadySession } from '../session/session.ts';
import { stepTexts } from './texts.ts';

/** Lists the hints of a step, with a button for each hidden one. `onRevealed` is called after each request. */
export function HintList(props: {
  step: LabStep;
  progress: StepProgress | undefined;
  language: string;
  onRevealed: () => void;
}) {
  const { step, progress, language, onRevealed } = props;
  const texts = useTexts(stepTexts);
  const client = useClient();
  const session = useReadySession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isFork = session?.isFork ?? false;
  /** The hints shown in a fork, which the learner's progress does not contain. */
  const [forkHints, setForkHints] = useState<readonly ShownHint[]>([]);

  async function reveal(hint: string) {
    if (busy || !session) return;
    setBusy(true);
    const variables = { session: session.id, step: step.id, hint, language };
    const { data, error } = await client.mutation(RevealHintDocument, variables);
    setBusy(false);
    setProblem(error && errorText(error));
    if (isFork && data) setForkHints([...forkHints, data.revealHint.hint]);
    onRevealed();
  }

  return (
    <section className="hints" aria-label={texts.hints}>
      {problem && <Problem>{problem}</Problem>}
      {isFork && <p className="faint">{texts.hintsOfFork}</p>}
      <ol>
        {step.hints.map(({ id, afterFailures, cost }, index) => {
          const shown = (isFork ? forkHints : (progress?.hints ?? [])).find((hint) => hint.id === id);
          const remaining = isFork ? 0 : afterFailures - (progress?.failures ?? 0);
          return (
            <li key={id}>
              {shown && <Markdown text={shown.text} language={language} />}
              {!shown && remaining > 0 && (
                <span className="faint">{texts.hintAfter(index + 1, remaining)}</span>
              )}
              {!shown && remaining <= 0 && (
                <ShowButton
                  number={index + 1}
                  percent={isFork ? 0 : Math.round(cost * 100)}
                  disabled={!session}
                  busy={busy}
                  onShow={() => void reveal(id)}
                />
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Renders the button that shows a hint. A hint with a cost is shown after a confirmation. */
function ShowButton(props: {
  number: number;
  /** Cost of the hint, as a percentage of the step's score. */
  percent: number;
  disabled: boolean;
  busy: boolean;
  onShow: () => void;
}) {
  const { number, percent, disabled, busy, onShow } = props;
  const texts = useTexts(stepTexts);
  if (percent === 0) {
    return (
      <button
        type="button"
        className="quiet"
        disabled={disabled}
        title={disabled ? texts.startFirst : undefined}
        aria-disabled={busy}
        onClick={onShow}
      >
        {texts.showHint(number)}
      </button>
    );
  }
  return (
    <ConfirmButton
      label={`${texts.showHint(number)} (−${percent} %)`}
      disabled={disabled}
      why={disabled ? texts.startFirst : undefined}
      busy={busy}
      title={texts.askHint}
      yes={texts.confirmHint}
      no={texts.notYet}
      onYes={onShow}
    >
      <p>{texts.hintCosts(percent)}</p>
    </ConfirmButton>
  );
}
