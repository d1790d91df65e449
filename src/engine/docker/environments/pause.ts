import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { call, engineWords } from '../faults.ts';
import { inspectMachine } from '../status.ts';

/** Freezes the machine's processes. Succeeds if they are already frozen. */
export async function pauseMachine(docker: Docker, machineId: string): Promise<void> {
  try {
    await call(() => docker.getContainer(machineId).pause());
  } catch (error) {
    if (!/already paused/i.test(engineWords(error))) throw error;
  }
}

/**
 * Unfreezes the machine's processes. The engine gives the same error for a running and for an exited machine.
 */
export async function unpauseMachine(docker: Docker, machineId: string): Promise<void> {
  try {
    await call(() => docker.getContainer(machineId).unpause());
  } catch (error) {
    if (!/not paused/i.test(engineWords(error))) throw error;
    const { state } = await inspectMachine(docker, machineId);
    if (state !== 'running') throw fault('MACHINE_NOT_RUNNING', {}, error);
  }
}
