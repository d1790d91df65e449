import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';

/** Ends all processes of a machine, in the time that it was made to have for that. */
export async function stopMachine(container: Docker.Container): Promise<void> {
  try {
    await call(() => container.stop());
  } catch (error) {
    // It has stopped already.
    if (!hasStatus(error, 304)) throw error;
  }
}
