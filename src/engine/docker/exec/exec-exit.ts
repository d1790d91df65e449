import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';

/**
 * The engine records an exit a moment after the stream's end: attempts, and the delay between them in
 * milliseconds.
 */
const ATTEMPTS = 50;
const PAUSE_MS = 20;
/** Exit code of a process that ends with its machine: 128 and SIGKILL. */
const KILLED = 137;

/**
 * Returns the exit code of an exec whose stream has ended; undefined if the machine has ended too. Also
 * undefined if the exec still runs after a second: then only its connection was lost.
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

/**
 * Returns whether the machine still runs. The engine records its end a moment after the end of its processes.
 */
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
