import type Docker from 'dockerode';
import { call } from '../faults.ts';
import { LABEL } from '../labels.ts';

/**
 * Processes by which the limit of a full machine is raised, so that the command that ends others can start.
 */
const LENT_PROCESSES = 32;

/** Last queued task of each machine. Tasks run one at a time because each one resets the limit. */
const borrowers = new Map<string, Promise<unknown>>();

/** Runs `use` while the machine's process limit is raised by a few processes. */
export async function withLentProcesses<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  const before = borrowers.get(container.id) ?? Promise.resolve();
  const turn = before.then(
    () => lend(container, use),
    () => lend(container, use),
  );
  borrowers.set(container.id, turn);
  try {
    return await turn;
  } finally {
    if (borrowers.get(container.id) === turn) borrowers.delete(container.id);
  }
}

async function lend<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  const { Config, HostConfig } = await call(() => container.inspect());
  // The original limit: the current one may still be raised after a crash.
  const PidsLimit = Number(Config.Labels[LABEL.pids] ?? HostConfig.PidsLimit);
  await call(() => container.update({ PidsLimit: PidsLimit + LENT_PROCESSES }));
  try {
    return await use();
  } finally {
    await call(() => container.update({ PidsLimit }));
  }
}
