import type Docker from 'dockerode';
import { call } from './faults.ts';
import { TRANSFER_TIMEOUT_MS } from './exec/files.ts';
import { LABEL, labelFilter } from './labels.ts';

/**
 * Longest lifetime of a helper that reads or fills a volume: creating and starting it may take a minute each.
 */
export const MOVER_LIFETIME_MS = TRANSFER_TIMEOUT_MS + 180_000;

/**
 * Returns the label with the end of a helper's lifetime, so that a later call can remove it after a crash.
 */
export function untilLabel(lifetimeMs: number): Record<string, string> {
  return { [LABEL.until]: String(Date.now() + lifetimeMs) };
}

/** Removes helpers with these labels whose lifetime is over: a crash left them behind. */
export async function removeOverdue(docker: Docker, labels: Record<string, string>): Promise<void> {
  const filters = labelFilter(labels);
  const helpers = await call(() => docker.listContainers({ all: true, filters }));
  const overdue = helpers.filter(({ Labels }) => Number(Labels[LABEL.until] ?? 0) < Date.now());
  // The next call tries again to remove the rest; no lab depends on it.
  await Promise.allSettled(
    overdue.map(({ Id }) => call(() => docker.getContainer(Id).remove({ force: true, v: true }))),
  );
}
