import type Docker from 'dockerode';
import { call, hasStatus } from './faults.ts';
import { STOP_TIMEOUT_S } from './machine-config.ts';

/** Ends all processes of a machine. */
export async function stopMachine(container: Docker.Container): Promise<void> {
  try {
    await call(() => container.stop({ t: STOP_TIMEOUT_S }));
  } catch (error) {
    // It has stopped already.
    if (!hasStatus(error, 304)) throw error;
  }
}
