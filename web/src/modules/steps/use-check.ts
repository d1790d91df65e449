import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { CombinedError } from 'urql';
import { RunCheckDocument } from '../../generated/operations.ts';
import type { AnswerInput, Attempt } from '../../generated/operations.ts';
import { errorText, hasCode, queryErrorText } from '../api/error-text.ts';
import { useLanguage } from '../language/language.ts';

/** The checks of a step, run by the learner or, if the lab says so, automatically. */
interface CheckHandle {
  /** The last finished attempt. */
  attempt: Attempt | undefined;
  /** Why the last check did not run. */
  problem: string | undefined;
  /** Whether a check that the learner requested is pending. */
  checking: boolean;
  /** Runs the checks. An automatic check that is running finishes first; if it passes, it is enough. */
  check(answers: AnswerInput[]): void;
}

/** Delay before a check is requested again while another one is running, in milliseconds. */
const BUSY_DELAY_MS = 2_000;

/**
 * Maximum number of attempts to start a check. Automatic checks are quick; after a minute the learner gets the error.
 */
const MAX_TRIES = 30;

export function useCheck(options: {
  /** Undefined while the session is not ready. */
  session: string | undefined;
  step: string;
  /** Seconds between automatic checks; undefined for none. */
  pollSeconds: number | undefined;
  /** Called after each check by the learner, and after an automatic one that passed. */
  onChecked: () => void;
}): CheckHandle {
  const { session, step, pollSeconds, onChecked } = options;
  const client = useClient();
  const language = useLanguage();
  const [attempt, setAttempt] = useState<Attempt>();
  const [problem, setProblem] = useState<string>();
  const [checking, setChecking] = useState(false);
  const [running, setRunning] = useState(false);
  const automatic = useRef<Promise<Attempt | undefined>>(undefined);

  async function run(given: { answers: AnswerInput[]; poll: boolean }) {
    if (session === undefined) return undefined;
    setRunning(true);
    const send = () => client.mutation(RunCheckDocument, { session, step, language, ...given }).toPromise();
    let result = await send();
    // An automatic check of another page is running; the learner's check follows it.
    for (let tries = 1; !given.poll && isBusy(result.error) && tries < MAX_TRIES; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, BUSY_DELAY_MS));
      result = await send();
    }
    const { data, error } = result;
    setRunning(false);
    const finished = data?.runCheck.attempt;
    if (finished) setAttempt(finished);
    if (!error || !given.poll) setProblem(error && errorText(error));
    else if (!isTooEarly(error)) setProblem(queryErrorText(error));
    if (!given.poll || finished?.passed) onChecked();
    return finished;
  }

  const poll = useEffectEvent(async () => {
    automatic.current = run({ answers: [], poll: true });
    await automatic.current;
    automatic.current = undefined;
  });
  useEffect(() => {
    if (session === undefined || pollSeconds === undefined || running) return undefined;
    const timer = setTimeout(() => void poll(), pollSeconds * 1_000);
    return () => clearTimeout(timer);
  }, [session, pollSeconds, running]);

  async function check(answers: AnswerInput[]) {
    if (checking) return;
    setChecking(true);
    const finished = await automatic.current;
    if (!finished?.passed) await run({ answers, poll: false });
    setChecking(false);
  }

  return { attempt, problem, checking, check: (answers) => void check(answers) };
}

/** Returns whether an automatic check came too early. The next one runs anyway. */
function isTooEarly(error: CombinedError): boolean {
  return hasCode(error, 'RATE_LIMITED') || isBusy(error);
}

function isBusy(error: CombinedError | undefined): boolean {
  return error !== undefined && hasCode(error, 'CHECK_BUSY');
}
