import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';

/** The engine notes an end a moment after the stream's; attempts, and the pause between two in milliseconds. */
const ATTEMPTS = 50;
const PAUSE_MS = 20;
/** What a process of a machine that is stopped exits with: 128 and SIGKILL. */
const KILLED = 137;

/**
 * Exit code of an exec whose stream has ended; undefined when the machine went with it, or when it
 * still runs after a second, since then it was only the stream that was cut.
 */
export async function waitForExit(
  container: Docker.Container,
  exec: Docker.Exec,
): Promise<number | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const state = await unlessGone(() => exec.inspect());
    if (!state) return undefined;
    if (!state.Running) {
      const exitCode = state.ExitCode ?? undefined;
      return exitCode === KILLED && !(await isRunning(container)) ? undefined : exitCode;
    }
    await sleep(PAUSE_MS);
  }
  return undefined;
}

/** Whether the machine goes on; its own end is noted a moment after that of its processes. */
async function isRunning(container: Docker.Container): Promise<boolean> {
  await sleep(2 * PAUSE_MS);
  const machine = await unlessGone(() => container.inspect());
  return machine?.State.Running === true && machine.State.Status !== 'removing';
}

async function unlessGone<T>(inspect: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call(inspect);
  } catch (error) {
    if (hasStatus(error, 404, 409)) return undefined;
    throw error;
  }
}
