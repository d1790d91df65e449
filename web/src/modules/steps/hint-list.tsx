import { useState } from 'react';
import { gql, useClient } from 'urql';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Problem } from '../../components/problem.tsx';
import { errorText } from '../api/error-text.ts';
import { Markdown } from '../instructions/markdown.tsx';
import { useTexts } from '../language/language.ts';
import { useReadySession } from '../session/ready-session.ts';
import type { LabStep, ShownHint, StepProgress } from './step.ts';
import { stepTexts } from './texts.ts';

const RevealHint = gql<
  { revealHint: { hint: ShownHint } },
  { session: string; step: string; hint: string; language: string }
>`
  mutation RevealHint($session: ID!, $step: ID!, $hint: ID!, $language: String) {
    revealHint(input: { session: $session, step: $step, hint: $hint }) {
      hint {
        id
        text(language: $language)
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
  const isCopy = session?.isFork ?? false;
  /** Shown in staff's copy, which no progress tells of. */
  const [copied, setCopied] = useState<readonly ShownHint[]>([]);

  async function reveal(hint: string) {
    if (busy || !session) return;
    setBusy(true);
    const asked = { session: session.id, step: step.id, hint, language };
    const { data, error } = await client.mutation(RevealHint, asked);
    setBusy(false);
    setProblem(error && errorText(error));
    if (isCopy && data) setCopied([...copied, data.revealHint.hint]);
    onRevealed();
  }

  return (
    <section className="hints" aria-label={texts.hints}>
      {problem && <Problem>{problem}</Problem>}
      {isCopy && <p className="faint">{texts.hintsOfCopy}</p>}
      <ol>
        {step.hints.map(({ id, afterFailures, cost }, place) => {
          const shown = (isCopy ? copied : (progress?.hints ?? [])).find((hint) => hint.id === id);
          const wait = isCopy ? 0 : afterFailures - (progress?.failures ?? 0);
          return (
            <li key={id}>
              {shown && <Markdown text={shown.text} language={language} />}
              {!shown && wait > 0 && <span className="faint">{texts.hintAfter(place + 1, wait)}</span>}
              {!shown && wait <= 0 && (
                <ShowButton
                  number={place + 1}
                  percent={isCopy ? 0 : Math.round(cost * 100)}
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
      yes={texts.showIt}
      no={texts.notYet}
      onYes={onShow}
    >
      <p>{texts.hintCosts(percent)}</p>
    </ConfirmButton>
  );
}
