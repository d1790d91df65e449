import type Docker from 'dockerode';
import { call } from '../faults.ts';
import { LABEL } from '../labels.ts';

/** Processes lent to a machine that has used up its own, so that there is room for what ends them. */
const LENT_PROCESSES = 32;

/** The last borrower of each machine: they take turns, since each sets the limit back. */
const borrowers = new Map<string, Promise<unknown>>();

/** Runs `use` while the machine may have a few processes more than its own limit. */
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
  // What it was made with: the limit of now may be one that a crash left raised.
  const PidsLimit = Number(Config.Labels[LABEL.pids] ?? HostConfig.PidsLimit);
  await call(() => container.update({ PidsLimit: PidsLimit + LENT_PROCESSES }));
  try {
    return await use();
  } finally {
    await call(() => container.update({ PidsLimit }));
  }
}
