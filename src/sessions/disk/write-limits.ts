import type { MachineUsage } from '../../engine/engine-disk.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../log.ts';
import { formatBytes } from '../../units.ts';
import { hasSaved, reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionChanges, SessionRow, SessionStore } from '../session-store.ts';
import { hasTooManyFiles, isOver, mostFiles, nearPercent, writersOf } from './over-limit.ts';
import type { Writer } from './over-limit.ts';
import type { WarningStore } from './warning-store.ts';

export type WriteLimits = ReturnType<typeof createWriteLimits>;

/** Holds machines to what their lab lets them write, and warns before. `onEnded` is called when a session was ended. */
export function createWriteLimits(options: {
  engine: Pick<Engine, 'usage'>;
  store: Pick<SessionStore, 'findByEnvironment'>;
  warnings: WarningStore;
  changer: SessionChanger;
  catalogue: Pick<LabCatalogue, 'version'>;
  logger: Log;
  /** Has a session saved that is to end for that reason; false where it is to end. */
  keep: (row: SessionRow, reason: SessionChanges) => Promise<boolean>;
  onEnded: () => void;
}) {
  const { engine, store, warnings, changer, catalogue, logger, keep, onEnded } = options;

  async function hold(environmentId: string, machines: MachineUsage[]): Promise<void> {
    const row = await store.findByEnvironment(environmentId);
    if (row?.state !== 'ready') return;
    const writers = writersOf(machines, catalogue.version(row.labSlug, row.labVersion));
    const [largest] = writers;
    if (!largest || !isOver(largest)) return warn(row, writers);
    logger.warn({ sessionId: row.id, ...largest }, 'A session is stopped: its machine wrote too much.');
    const why = reason('MACHINE_DISK_FULL', describe(largest));
    // Saved, its files would take of the disk once more.
    if (hasTooManyFiles(largest) || !(await keep(row, why))) await end(row, why);
  }

  /** Says of each machine how near it is to its limit, where that is new; no more where it no longer is. */
  async function warn(row: SessionRow, writers: readonly Writer[]): Promise<void> {
    for (const writer of writers) {
      const known = row.machines.find(({ name }) => name === writer.machine)?.diskPercent ?? undefined;
      const percent = nearPercent(writer);
      if (percent === known || !(await warnings.note(row.id, writer.machine, percent))) continue;
      if (known === undefined)
        logger.warn({ sessionId: row.id, ...writer }, 'A machine has nearly written all it may.');
      changer.tell(row);
    }
  }

  async function end(row: SessionRow, why: SessionChanges): Promise<void> {
    // What was saved before is not lost with it.
    if (await changer.move(row, hasSaved(row) ? 'fallBack' : 'stop', why)) onEnded();
  }

  return {
    /** Measures all machines, and stops the sessions that went beyond. @throws ENGINE_UNREACHABLE */
    async enforce(options: { countFiles?: boolean } = {}): Promise<void> {
      const byEnvironment = groupByEnvironment(await engine.usage(options));
      for (const [environmentId, machines] of byEnvironment) {
        try {
          await hold(environmentId, machines);
        } catch (error) {
          // Of a lab that is gone nobody knows the limit; the session lives out its time.
          if (!isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) throw error;
        }
      }
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

function describe(writer: Writer) {
  const { machine, writtenBytes, limitBytes, files } = writer;
  return hasTooManyFiles(writer)
    ? { machine, written: `${files} files`, limit: `${mostFiles(writer)} files` }
    : { machine, written: formatBytes(writtenBytes), limit: formatBytes(limitBytes) };
}
