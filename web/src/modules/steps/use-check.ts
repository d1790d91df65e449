import { useEffect, useEffectEvent, useState } from 'react';
import { useClient } from 'urql';
import { errorText } from '../api/error-text.ts';
import { useLanguage } from '../language/language.ts';
import { RunCheck } from './check.ts';
import type { Answer, Attempt } from './check.ts';

/** The checks of a step: run when the learner says so and, where the lab does, by themselves. */
export interface CheckHandle {
  /** The last one that ended. */
  attempt: Attempt | undefined;
  /** Why the last one that the learner asked for was not made. */
  problem: string | undefined;
  /** Whether the learner waits for one. */
  checking: boolean;
  check(answers: Answer[]): void;
}

export function useCheck(options: {
  /** Undefined while nothing can be checked. */
  session: string | undefined;
  step: string;
  /** Seconds after the last one in which the next is made; undefined where none is to be. */
  pollSeconds: number | undefined;
  /** Whether `onChecked` is told of each one, or only of those that the learner asked for or that passed. */
  tellAll: boolean;
  onChecked: () => void;
}): CheckHandle {
  const { session, step, pollSeconds, tellAll, onChecked } = options;
  const client = useClient();
  const language = useLanguage();
  const [attempt, setAttempt] = useState<Attempt>();
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState(false);
  const [running, setRunning] = useState(false);

  async function run(answers: Answer[], byLearner: boolean) {
    if (session === undefined) return;
    setRunning(true);
    const { data, error } = await client.mutation(RunCheck, { session, step, answers, language });
    setRunning(false);
    const made = data?.runCheck.attempt;
    if (made) setAttempt(made);
    if (byLearner) {
      setAsked(false);
      setProblem(error && errorText(error));
    }
    if (byLearner || tellAll || made?.passed) onChecked();
  }

  const poll = useEffectEvent(() => void run([], false));
  useEffect(() => {
    if (session === undefined || pollSeconds === undefined || running) return undefined;
    const timer = setTimeout(poll, pollSeconds * 1_000);
    return () => clearTimeout(timer);
  }, [session, pollSeconds, running]);

  return {
    attempt,
    problem,
    checking: asked,
    check(answers) {
      if (asked) return;
      setAsked(true);
      void run(answers, true);
    },
  };
}
