import { useEffect, useState } from 'react';
import { gql, useClient } from 'urql';
import { errorText } from '../api/error-text.ts';
import { useReadySession } from '../session/ready-session.ts';
import { runCommand } from '../terminal/commands.ts';

const EnterStep = gql<
  { enterStep: { commands: { machine: string; command: string }[] } },
  { session: string; step: string }
>`
  mutation EnterStep($session: ID!, $step: ID!) {
    enterStep(input: { session: $session, step: $step }) {
      commands {
        machine
        command
      }
    }
  }
`;

/**
 * Has a step prepared that the learner comes to, and types what the lab has typed for them. A copy of
 * a learner's session is looked at as it is.
 */
export function useEnterStep(
  step: string,
  open: boolean,
): { entering: boolean; problem: string | undefined; tryAgain: () => void } {
  const client = useClient();
  const ready = useReadySession();
  const session = ready && !ready.isFork && open ? ready.id : undefined;
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<{ round: number; problem: string | undefined }>();

  useEffect(() => {
    if (session === undefined) return undefined;
    let left = false;
    void client.mutation(EnterStep, { session, step }).then(({ data, error }) => {
      // ServiceMessage once: what is to be typed is typed, also when the learner is elsewhere by now.
      for (const { machine, command } of data?.enterStep.commands ?? []) {
        runCommand({ text: command, machine, terminal: undefined, interrupt: false });
      }
      if (!left) setAnswer({ round, problem: error && errorText(error) });
      return undefined;
    });
    return () => {
      left = true;
    };
  }, [client, session, step, round]);

  const answered = answer?.round === round;
  return {
    entering: session !== undefined && !answered,
    problem: answered ? answer.problem : undefined,
    tryAgain: () => setRound(round + 1),
  };
}
