import type { Clock } from '../../../core/clock.ts';

/** A machine that ends more often than this within the time, in milliseconds, is given up: it would go on for ever. */
const LIMIT = 3;
const WITHIN_MS = 10 * 60_000;

export type RestartLimit = ReturnType<typeof createRestartLimit>;

/** Counts how often machines had to be started again. */
export function createRestartLimit({ clock }: { clock: Pick<Clock, 'now'> }) {
  const times = new Map<string, number[]>();

  return {
    /** Whether the machine may be started once more; notes that it is. */
    allows(machineId: string): boolean {
      const now = clock.now().getTime();
      for (const [id, all] of times) if ((all.at(-1) ?? 0) <= now - WITHIN_MS) times.delete(id);
      const recent = (times.get(machineId) ?? []).filter((time) => time > now - WITHIN_MS);
      if (recent.length >= LIMIT) return false;
      times.set(machineId, [...recent, now]);
      return true;
    },
  };
}
