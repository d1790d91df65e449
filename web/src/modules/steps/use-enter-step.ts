import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { EnterStepDocument } from '../../generated/operations.ts';
import { errorText } from '../api/error-text.ts';
import { useReadySession } from '../session/session.ts';
import { runCommand } from '../terminal/commands.ts';

/**
 * Prepares a step when the learner opens it, and types the commands that the lab specifies. A fork of a learner's
 * session stays unchanged.
 */
export function useEnterStep(
  step: string,
  open: boolean,
): { entering: boolean; problem: string | undefined; tryAgain: () => void } {
  const client = useClient();
  const ready = useReadySession();
  const session = ready && !ready.isFork && open ? ready.id : undefined;
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<{ attempt: number; problem: string | undefined }>();

  useEffect(() => {
    if (session === undefined) return undefined;
    let left = false;
    void client.mutation(EnterStepDocument, { session, step }).then(({ data, error }) => {
      // The service returns the commands only once, so they are typed even if the learner has left the step.
      for (const { machine, command } of data?.enterStep.commands ?? []) {
        runCommand({ text: command, machine, terminal: undefined, interrupt: false });
      }
      if (!left) setAnswer({ attempt, problem: error && errorText(error) });
      return undefined;
    });
    return () => {
      left = true;
    };
  }, [client, session, step, attempt]);

  const answered = answer?.attempt === attempt;
  return {
    entering: session !== undefined && !answered,
    problem: answered ? answer.problem : undefined,
    tryAgain: () => setAttempt(attempt + 1),
  };
}
