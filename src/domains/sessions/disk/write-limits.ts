import type { Clock } from '../../../core/clock.ts';
import type { DiskUsage } from '../../../engine/engine-disk.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { formatBytes } from '../../../core/units.ts';
import { hasSaved, reason, saveProblemOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { hasTooManyFiles, mostFiles, nearPercent, standingOf } from './over-limit.ts';
import type { Writer } from './over-limit.ts';
import type { Pauses } from './pauses.ts';
import type { WarningStore } from './warning-store.ts';

/** Time to delete files in a machine that is little beyond its limit, in milliseconds. */
const GRACE_MS = 120_000;

/** Longest exact measurement of a paused machine, in milliseconds: beyond it the first measurement decides. */
const EXACT_TIMEOUT_MS = 10_000;

/** A machine of a ready session whose lab limits what it writes. */
export interface LimitedMachine {
  row: SessionRow;
  name: string;
  machineId: string;
  limitBytes: number;
}

export type WriteLimits = ReturnType<typeof createWriteLimits>;

/**
 * Decides what a measurement of a machine means: a warning to its learner, or the end of its session. A
 * session beyond its limit is never saved. `onEnded` is called when a session was ended.
 */
export function createWriteLimits(options: {
  engine: Pick<Engine, 'measureUsage'>;
  pauses: Pauses;
  store: Pick<SessionStore, 'findAny'>;
  warnings: WarningStore;
  changer: SessionChanger;
  clock: Pick<Clock, 'now'>;
  logger: Log;
  /** Whether so little is left on the disk that nobody gets time to delete files. */
  isCritical: () => boolean;
  /** Whether the session would have been saved at its end. */
  isKept: (row: SessionRow) => boolean;
  onEnded: () => void;
}) {
  const { engine, pauses, store, warnings, changer, clock, logger, isCritical, isKept, onEnded } = options;
  /** Since when a machine is full, in milliseconds since 1970, by its id. */
  const fullSince = new Map<string, number>();
  /** Machines that stay paused: the end of their sessions could not be stored. */
  const held = new Set<string>();

  function hasTimeLeft(machineId: string): boolean {
    if (isCritical()) return false;
    const now = clock.now().getTime();
    const since = fullSince.get(machineId) ?? now;
    fullSince.set(machineId, since);
    return now - since < GRACE_MS;
  }

  function mayGoOn(machineId: string, writer: Writer): boolean {
    const standing = standingOf(writer);
    if (standing === 'within') fullSince.delete(machineId);
    return standing === 'within' || (standing === 'full' && hasTimeLeft(machineId));
  }

  /** Tells how near the machine is to its limit, if that is new. */
  async function warn(row: SessionRow, writer: Writer): Promise<void> {
    const known = row.machines.find(({ name }) => name === writer.machine)?.diskPercent ?? undefined;
    const percent = nearPercent(writer);
    if (percent === known || !(await warnings.note(row.id, writer.machine, percent))) return;
    if (known === undefined) logger.warn({ sessionId: row.id, ...writer }, 'machine disk nearly full');
    changer.notify(row);
  }

  /** Pauses the machine, so that it writes nothing while it is measured exactly; true if it is beyond its limit then. */
  async function isOverWhilePaused(machine: LimitedMachine, writer: Writer): Promise<boolean> {
    const { machineId } = machine;
    await pauses.pause(machine);
    const exact = await engine.measureUsage(machineId, { timeoutMs: EXACT_TIMEOUT_MS, openFiles: true });
    if (exact === 'late' || exact.isLate) return true;
    return !mayGoOn(machineId, { ...writer, writtenBytes: exact.bytes + (exact.openBytes ?? 0) });
  }

  async function end(row: SessionRow, writer: Writer | Unmeasured): Promise<boolean> {
    const { machine, written, limit } = describe(writer);
    const problem = isKept(row) ? saveProblemOf(fault('SAVE_TOO_LARGE', { size: written, limit })) : {};
    const why = { ...reason('MACHINE_DISK_FULL', { machine, written, limit }), ...problem };
    // What was saved before is not lost with it.
    const moved = await changer.move(row, hasSaved(row) ? 'fallBack' : 'stop', why);
    if (!moved) return false;
    logger.warn({ sessionId: row.id, ...writer }, 'session ended: its machine wrote too much');
    onEnded();
    return true;
  }

  return {
    /** Acts on a measurement; the machine is unpaused unless its session ends. */
    async judge(limited: LimitedMachine, written: DiskUsage): Promise<void> {
      const { row, machineId, name, limitBytes } = limited;
      const { bytes, openBytes = 0, files } = written;
      const counted = files === undefined ? {} : { files };
      const writer = { machine: name, writtenBytes: bytes + openBytes, limitBytes, ...counted };
      if (!held.has(machineId) && mayGoOn(machineId, writer)) return warn(row, writer);
      let ended = false;
      held.delete(machineId);
      try {
        ended = (await isOverWhilePaused(limited, writer)) && (await end(row, writer));
      } catch (error) {
        // If it went on, the disk would stay full, and with it a database on the same disk.
        if (isFault(error, 'DISK_FULL')) held.add(machineId);
        throw error;
      } finally {
        if (ended) fullSince.delete(machineId);
        else if (!held.has(machineId)) await pauses.release(limited);
      }
    },

    /** Ends the session of a machine that is made so that it cannot be measured. */
    async endUnmeasured({ row, name, limitBytes }: LimitedMachine): Promise<void> {
      await end(row, { machine: name, writtenBytes: 'unmeasured', limitBytes });
    },

    /** Unpauses a machine that was paused to be measured, unless its session ended by that. */
    async release(machine: LimitedMachine): Promise<void> {
      const { row, machineId } = machine;
      if (held.has(machineId)) return;
      const now = await store.findAny(row.id);
      if (now?.state === row.state && now.generation === row.generation) {
        await pauses.release(machine);
      }
    },

    /** Forgets machines that are gone. */
    forget(isGone: (machineId: string) => boolean): void {
      for (const known of [fullSince, held]) {
        for (const machineId of known.keys()) if (isGone(machineId)) known.delete(machineId);
      }
    },
  };
}

/** What nobody could measure in time. */
type Unmeasured = Omit<Writer, 'writtenBytes' | 'files'> & { writtenBytes: 'unmeasured' };

function describe(writer: Writer | Unmeasured): { machine: string; written: string; limit: string } {
  if (writer.writtenBytes === 'unmeasured') {
    const { machine, limitBytes } = writer;
    return { machine, written: 'more files than can be measured', limit: formatBytes(limitBytes) };
  }
  const { machine, writtenBytes, limitBytes, files } = writer;
  return hasTooManyFiles(writer)
    ? { machine, written: `${files} files`, limit: `${mostFiles(writer)} files` }
    : { machine, written: formatBytes(writtenBytes), limit: formatBytes(limitBytes) };
}
