import { gql, useMutation } from 'urql';
import { errorText } from '../api/error-text.ts';
import { Markdown } from './markdown.tsx';
import { useTexts } from '../language/language.ts';
import { instructionTexts } from './texts.ts';

/** A step of a lab and what the learner has reached in it. */
export interface LabStep {
  id: string;
  title: string;
  instructions: string;
  hasCheck: boolean;
}

const RunCheck = gql<
  { runCheck: { attempt: { passed: boolean; message: string; reason: { message: string } | null } } },
  { session: string; step: string }
>`
  mutation RunCheck($session: ID!, $step: ID!) {
    runCheck(input: { session: $session, step: $step }) {
      attempt {
        id
        passed
        message
        reason {
          message
        }
      }
    }
  }
`;

/** One step: what to do, and a button that checks it. `onChecked` is called after each check. */
export function StepCard(props: {
  step: LabStep;
  /** The one that its texts are in. */
  language: string;
  number: number;
  passed: boolean;
  sessionId: string | undefined;
  onChecked: () => void;
}) {
  const { step, language, number, passed, sessionId, onChecked } = props;
  const texts = useTexts(instructionTexts);
  const [{ data, error, fetching }, runCheck] = useMutation(RunCheck);
  const attempt = data?.runCheck.attempt;

  function check() {
    if (fetching) return;
    void runCheck({ session: sessionId ?? '', step: step.id }).then(onChecked);
  }

  return (
    <article className="step" data-passed={passed}>
      <h2>
        {number}. <span lang={language}>{step.title}</span>{' '}
        {passed && <span className="done passed">✓ {texts.passed}</span>}
      </h2>
      <Markdown text={step.instructions} heading={step.title} language={language} />
      {step.hasCheck && (
        <div className="check">
          <button type="button" onClick={check} disabled={!sessionId} aria-disabled={fetching}>
            {fetching ? texts.checking : texts.check}
          </button>
          <output className={attempt?.passed ? 'done' : undefined}>
            {attempt?.passed && '✓ '}
            {error ? errorText(error) : (attempt?.reason?.message ?? attempt?.message)}
          </output>
        </div>
      )}
    </article>
  );
}
