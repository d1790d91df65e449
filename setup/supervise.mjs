import { constants } from 'node:os';
import { HUNG_UP } from './end-by-hangup.mjs';
import { runOnce, STOP_SIGNALS } from './hand-over.mjs';

/** First and longest delay before a restart, in milliseconds. Each crash doubles the delay. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A service that ran for this time, in milliseconds, is not in a crash loop. */
const HEALTHY_MS = 60_000;
/** Exit code of a service that could not start and printed the reason. */
const NOT_STARTED = 1;

/**
 * Runs the service and restarts it after a crash, with growing delays. Returns its exit code if it ended normally, was
 * requested to stop, or could not start at first. After one successful start, failed starts are retried forever,
 * because the engine or the database may need minutes to recover.
 */
export async function supervise(command, args, { cwd, env, output, firstPauseMs = FIRST_PAUSE_MS }) {
  let crashes = 0;
  let hasStarted = false;
  for (;;) {
    const startedAt = Date.now();
    const { code, asked } = await runOnce(command, args, { cwd, env });
    if (asked || code === 0) return code;
    hasStarted ||= code !== NOT_STARTED;
    if (!hasStarted) return code;
    crashes = Date.now() - startedAt < HEALTHY_MS ? crashes + 1 : 1;
    const pauseMs = Math.min(firstPauseMs * 2 ** (crashes - 1), LONGEST_PAUSE_MS);
    const paused = pause(pauseMs);
    output.write(`The service ended unexpectedly (exit code ${code}). It restarts in ${pauseMs / 1000} s.\n`);
    const signal = await paused;
    if (signal) return signal === 'SIGHUP' ? HUNG_UP : 128 + constants.signals[signal];
  }
}

/** Waits and returns the signal that ended the wait; undefined if none did. */
function pause(ms) {
  return new Promise((resolve) => {
    const end = (signal) => {
      clearTimeout(timer);
      for (const each of STOP_SIGNALS) process.off(each, end);
      resolve(signal);
    };
    const timer = setTimeout(end, ms);
    for (const each of STOP_SIGNALS) process.on(each, end);
  });
}
