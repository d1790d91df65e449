import { useState } from 'react';
import { gql, useClient } from 'urql';
import { AskingButton } from '../../components/asking-button.tsx';
import { Problem } from '../../components/problem.tsx';
import { errorText } from '../api/error-text.ts';
import { Markdown } from '../instructions/markdown.tsx';
import { useTexts } from '../language/language.ts';
import { useReadySession } from '../session/ready-session.ts';
import type { LabStep, StepProgress } from './step.ts';
import { stepTexts } from './texts.ts';

const RevealHint = gql<
  { revealHint: { hint: { id: string } } },
  { session: string; step: string; hint: string }
>`
  mutation RevealHint($session: ID!, $step: ID!, $hint: ID!) {
    revealHint(input: { session: $session, step: $step, hint: $hint }) {
      hint {
        id
      }
    }
  }
`;

/** The hints of a step: those that were shown, and ways to the others. `onRevealed` is called after each. */
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

  async function reveal(hint: string) {
    if (busy || !session) return;
    setBusy(true);
    const { error } = await client.mutation(RevealHint, { session: session.id, step: step.id, hint });
    setBusy(false);
    setProblem(error && errorText(error));
    onRevealed();
  }

  return (
    <section className="hints" aria-label={texts.hints}>
      {problem && <Problem>{problem}</Problem>}
      <ol>
        {step.hints.map(({ id, afterFailures, cost }, place) => {
          const shown = progress?.hints.find((hint) => hint.id === id);
          const wait = afterFailures - (progress?.failures ?? 0);
          return (
            <li key={id}>
              {shown && <Markdown text={shown.text} language={language} />}
              {!shown && wait > 0 && <span className="faint">{texts.hintAfter(place + 1, wait)}</span>}
              {!shown && wait <= 0 && (
                <ShowButton
                  number={place + 1}
                  percent={Math.round(cost * 100)}
                  disabled={!session || session.isFork}
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

/** A hint that costs something is shown once its learner has said yes to that. */
function ShowButton(props: {
  number: number;
  /** What it costs. */
  percent: number;
  disabled: boolean;
  busy: boolean;
  onShow: () => void;
}) {
  const { number, percent, disabled, busy, onShow } = props;
  const texts = useTexts(stepTexts);
  if (percent === 0) {
    return (
      <button type="button" className="quiet" disabled={disabled} aria-disabled={busy} onClick={onShow}>
        {texts.showHint(number)}
      </button>
    );
  }
  return (
    <AskingButton
      label={`${texts.showHint(number)} (−${percent} %)`}
      disabled={disabled}
      busy={busy}
      title={texts.askHint}
      yes={texts.showIt}
      no={texts.notYet}
      onYes={onShow}
    >
      <p>{texts.hintCosts(percent)}</p>
    </AskingButton>
  );
}
