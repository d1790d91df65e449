import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';

/** Stops a machine within its configured stop timeout. */
export async function stopMachine(container: Docker.Container): Promise<void> {
  try {
    await call(() => container.stop());
  } catch (error) {
    // It was already stopped.
    if (!hasStatus(error, 304)) throw error;
  }
}
