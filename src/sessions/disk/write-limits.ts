import type { MachineUsage } from '../../engine/engine-disk.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../log.ts';
import { formatBytes } from '../../units.ts';
import { hasSaved, reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionChanges, SessionRow, SessionStore } from '../session-store.ts';
import { largestWriter } from './over-limit.ts';
import type { Writer } from './over-limit.ts';

export type WriteLimits = ReturnType<typeof createWriteLimits>;

/** Holds machines to what their lab lets them write. `onEnded` is called when a session was ended. */
export function createWriteLimits(options: {
  engine: Pick<Engine, 'usage'>;
  store: Pick<SessionStore, 'findByEnvironment'>;
  changer: SessionChanger;
  catalogue: Pick<LabCatalogue, 'version'>;
  logger: Log;
  /** Has a session saved that is to end for that reason; false where it is to end. */
  keep: (row: SessionRow, reason: SessionChanges) => Promise<boolean>;
  onEnded: () => void;
}) {
  const { engine, store, changer, catalogue, logger, keep, onEnded } = options;
  /** Environments that were said to be near their limit: no more than there are. */
  let near = new Set<string>();

  async function hold(environmentId: string, machines: MachineUsage[]): Promise<boolean> {
    const row = await store.findByEnvironment(environmentId);
    if (row?.state !== 'ready') return false;
    const found = largestWriter(machines, catalogue.version(row.labSlug, row.labVersion));
    if (!found) return false;
    const { writer, is } = found;
    if (is === 'near') {
      if (!near.has(environmentId))
        logger.warn({ sessionId: row.id, ...writer }, 'A machine has nearly written all it may.');
      return true;
    }
    logger.warn({ sessionId: row.id, ...writer }, 'A session is stopped: its machine wrote too much.');
    await end(row, reason('MACHINE_DISK_FULL', describe(writer)));
    return false;
  }

  async function end(row: SessionRow, why: SessionChanges): Promise<void> {
    if (await keep(row, why)) return;
    // What was saved before is not lost with it.
    if (await changer.move(row, hasSaved(row) ? 'fallBack' : 'stop', why)) onEnded();
  }

  return {
    /** Measures all machines, and stops the sessions that went beyond. @throws ENGINE_UNREACHABLE */
    async enforce(): Promise<void> {
      const byEnvironment = groupByEnvironment(await engine.usage());
      const nowNear = new Set<string>();
      for (const [environmentId, machines] of byEnvironment) {
        try {
          if (await hold(environmentId, machines)) nowNear.add(environmentId);
        } catch (error) {
          // Of a lab that is gone nobody knows the limit; the session lives out its time.
          if (!isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) throw error;
        }
      }
      near = nowNear;
    },
  };
}

function groupByEnvironment(machines: readonly MachineUsage[]): Map<string, MachineUsage[]> {
  const groups = new Map<string, MachineUsage[]>();
  for (const machine of machines) {
    groups.set(machine.environmentId, [...(groups.get(machine.environmentId) ?? []), machine]);
  }
  return groups;
}

const describe = ({ machine, writtenBytes, limitBytes }: Writer) => ({
  machine,
  written: formatBytes(writtenBytes),
  limit: formatBytes(limitBytes),
});
