import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { CombinedError } from 'urql';
import { errorText, hasCode, queryErrorText } from '../api/error-text.ts';
import { useLanguage } from '../language/language.ts';
import { RunCheck } from './check.ts';
import type { Answer, Attempt } from './check.ts';

/** The checks of a step: run when the learner says so and, where the lab does, by themselves. */
export interface CheckHandle {
  /** The last one that ended. */
  attempt: Attempt | undefined;
  /** Why the last one was not made. */
  problem: string | undefined;
  /** Whether the learner waits for one. */
  checking: boolean;
  /** Makes one for the learner, after the one that runs by itself, unless that passes. */
  check(answers: Answer[]): void;
}

/** Pause before a check is asked for again while another one runs. */
const BUSY_PAUSE_MS = 2_000;

/** How often it is asked for: those made by themselves are quick, and a learner who waits longer is told. */
const MOST_TRIES = 30;

export function useCheck(options: {
  /** Undefined while nothing can be checked. */
  session: string | undefined;
  step: string;
  /** Seconds after the last one in which the next is made; undefined where none is to be. */
  pollSeconds: number | undefined;
  /** Called after each one that the learner asked for, and each that passed. */
  onChecked: () => void;
}): CheckHandle {
  const { session, step, pollSeconds, onChecked } = options;
  const client = useClient();
  const language = useLanguage();
  const [attempt, setAttempt] = useState<Attempt>();
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState(false);
  const [running, setRunning] = useState(false);
  const polled = useRef<Promise<Attempt | undefined>>(undefined);

  async function run(given: { answers: Answer[]; poll: boolean }) {
    if (session === undefined) return undefined;
    setRunning(true);
    const ask = () => client.mutation(RunCheck, { session, step, language, ...given }).toPromise();
    let answer = await ask();
    // Another page of the learner's makes one by itself: theirs comes after that.
    for (let tries = 1; !given.poll && isBusy(answer.error) && tries < MOST_TRIES; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
      answer = await ask();
    }
    const { data, error } = answer;
    setRunning(false);
    const made = data?.runCheck.attempt;
    if (made) setAttempt(made);
    if (!error || !given.poll) setProblem(error && errorText(error));
    else if (!isNotYet(error)) setProblem(queryErrorText(error));
    if (!given.poll || made?.passed) onChecked();
    return made;
  }

  const poll = useEffectEvent(async () => {
    polled.current = run({ answers: [], poll: true });
    await polled.current;
    polled.current = undefined;
  });
  useEffect(() => {
    if (session === undefined || pollSeconds === undefined || running) return undefined;
    const timer = setTimeout(() => void poll(), pollSeconds * 1_000);
    return () => clearTimeout(timer);
  }, [session, pollSeconds, running]);

  async function check(answers: Answer[]) {
    if (asked) return;
    setAsked(true);
    const made = await polled.current;
    if (!made?.passed) await run({ answers, poll: false });
    setAsked(false);
  }

  return { attempt, problem, checking: asked, check: (answers) => void check(answers) };
}

/** Whether a check that is made by itself came too early, which the next one makes good. */
function isNotYet(error: CombinedError): boolean {
  return hasCode(error, 'RATE_LIMITED') || isBusy(error);
}

function isBusy(error: CombinedError | undefined): boolean {
  return error !== undefined && hasCode(error, 'CHECK_BUSY');
}
