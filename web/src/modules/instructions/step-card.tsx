import { gql, useMutation } from 'urql';
import { errorText } from '../api/error-text.ts';
import { Markdown } from './markdown.tsx';

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
  number: number;
  passed: boolean;
  sessionId: string | undefined;
  onChecked: () => void;
}) {
  const { step, number, passed, sessionId, onChecked } = props;
  const [{ data, error, fetching }, runCheck] = useMutation(RunCheck);
  const attempt = data?.runCheck.attempt;

  function check() {
    if (fetching) return;
    void runCheck({ session: sessionId ?? '', step: step.id }).then(onChecked);
  }

  return (
    <article className="step" data-passed={passed}>
      <h2>
        {number}. {step.title} {passed && <span className="done passed">✓ passed</span>}
      </h2>
      <Markdown text={step.instructions} heading={step.title} />
      {step.hasCheck && (
        <div className="check">
          <button type="button" onClick={check} disabled={!sessionId} aria-disabled={fetching}>
            {fetching ? 'Checking…' : 'Check'}
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
