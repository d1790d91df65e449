import type Docker from 'dockerode';
import { call } from './faults.ts';
import { TRANSFER_TIMEOUT_MS } from './exec/files.ts';
import { LABEL, labelFilter } from './labels.ts';

/** Longest life of a helper that moves a volume's content: making and starting it may take a minute each. */
export const MOVER_LIFETIME_MS = TRANSFER_TIMEOUT_MS + 180_000;

/** Label by which a helper that outlives the process it works for is found by the next one. */
export function untilLabel(lifetimeMs: number): Record<string, string> {
  return { [LABEL.until]: String(Date.now() + lifetimeMs) };
}

/** Removes the helpers with these labels that a crash left: those whose time is over. */
export async function removeOverdue(docker: Docker, labels: Record<string, string>): Promise<void> {
  const filters = labelFilter(labels);
  const helpers = await call(() => docker.listContainers({ all: true, filters }));
  const overdue = helpers.filter(({ Labels }) => Number(Labels[LABEL.until] ?? 0) < Date.now());
  // What cannot be removed now is met again by the next one: no lab waits for it.
  await Promise.allSettled(
    overdue.map(({ Id }) => call(() => docker.getContainer(Id).remove({ force: true, v: true }))),
  );
}
