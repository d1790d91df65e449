import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, hasStatus } from './faults.ts';

/** The engine notes an end a moment after the stream's; attempts, and the pause between two in milliseconds. */
const ATTEMPTS = 50;
const PAUSE_MS = 20;

/**
 * Exit code of an exec whose stream has ended; undefined when the machine went with it, or when it
 * still runs after a second, since then it was only the stream that was cut.
 */
export async function waitForExit(exec: Docker.Exec): Promise<number | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const state = await inspectExec(exec);
    if (!state) return undefined;
    if (!state.Running) return state.ExitCode ?? undefined;
    await sleep(PAUSE_MS);
  }
  return undefined;
}

async function inspectExec(exec: Docker.Exec): Promise<Docker.ExecInspectInfo | undefined> {
  try {
    return await call(() => exec.inspect());
  } catch (error) {
    if (hasStatus(error, 404, 409)) return undefined;
    throw error;
  }
}
