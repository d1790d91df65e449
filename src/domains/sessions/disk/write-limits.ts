import type { Clock } from '../../../core/clock.ts';
import type { DiskUsage } from '../../../engine/engine-disk.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { formatBytes } from '../../../core/units.ts';
import { hasSaved, reason, saveProblemOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { hasTooManyFiles, mostFiles, nearPercent, usageLevel } from './disk-usage.ts';
import type { MachineUsage } from './disk-usage.ts';
import type { Pauses } from './pauses.ts';
import type { UsageStore } from './disk-store.ts';

/** Time to delete files in a machine that slightly exceeds its limit, in milliseconds. */
const GRACE_MS = 120_000;

/** Time limit for the exact measurement of a paused machine, in milliseconds. If it is exceeded, the first one counts. */
const EXACT_TIMEOUT_MS = 10_000;

/** A machine of a ready session, with its disk limit. */
export interface LimitedMachine {
  row: SessionRow;
  name: string;
  machineId: string;
  limitBytes: number;
}

export type WriteLimits = ReturnType<typeof createWriteLimits>;

/**
 * Applies the disk limits to measurements: it warns the learner, or ends the session. A session over its limit is never
 * saved. `onEnded` is called when a session was ended.
 */
export function createWriteLimits(options: {
  engine: Pick<Engine, 'measureUsage'>;
  pauses: Pauses;
  store: Pick<SessionStore, 'findAny'>;
  usage: UsageStore;
  changer: SessionChanger;
  clock: Pick<Clock, 'now'>;
  log: Log;
  /** Whether so little is free on the disk that learners get no time to delete files. */
  isCritical: () => boolean;
  /** Whether the session would be saved at its end. */
  isSavedAtEnd: (row: SessionRow) => boolean;
  onEnded: () => void;
}) {
  const {
    engine,
    pauses,
    store,
    usage: usageStore,
    changer,
    clock,
    log,
    isCritical,
    isSavedAtEnd,
    onEnded,
  } = options;
  /** When machines became full, in milliseconds since 1970, by machine id. */
  const fullSince = new Map<string, number>();
  /** Machines that stay paused because the end of their sessions could not be stored. */
  const stuck = new Set<string>();

  function hasTimeLeft(machineId: string): boolean {
    if (isCritical()) return false;
    const now = clock.now().getTime();
    const since = fullSince.get(machineId) ?? now;
    fullSince.set(machineId, since);
    return now - since < GRACE_MS;
  }

  function mayContinue(machineId: string, usage: MachineUsage): boolean {
    const level = usageLevel(usage);
    if (level === 'within') fullSince.delete(machineId);
    return level === 'within' || (level === 'full' && hasTimeLeft(machineId));
  }

  /** Stores how near the machine is to its limit, and notifies the learner if that changed. */
  async function warn(row: SessionRow, usage: MachineUsage): Promise<void> {
    const known = row.machines.find(({ name }) => name === usage.machine)?.diskPercent ?? undefined;
    const percent = nearPercent(usage);
    if (percent === known || !(await usageStore.setPercent(row.id, usage.machine, percent))) return;
    if (known === undefined) log.warn({ sessionId: row.id, ...usage }, 'machine disk nearly full');
    changer.notify(row);
  }

  /** Pauses the machine for an exact measurement; returns whether it is over its limit. */
  async function isOverWhilePaused(machine: LimitedMachine, usage: MachineUsage): Promise<boolean> {
    const { machineId } = machine;
    await pauses.pause(machine);
    const exact = await engine.measureUsage(machineId, { timeoutMs: EXACT_TIMEOUT_MS, openFiles: true });
    if (exact === 'late' || exact.isLate) return true;
    return !mayContinue(machineId, { ...usage, usedBytes: exact.bytes + (exact.openBytes ?? 0) });
  }

  async function end(row: SessionRow, usage: MachineUsage | Unmeasured): Promise<boolean> {
    const { machine, used, limit } = describe(usage);
    const problem = isSavedAtEnd(row) ? saveProblemOf(fault('SAVE_TOO_LARGE', { size: used, limit })) : {};
    const why = { ...reason('MACHINE_DISK_FULL', { machine, used, limit }), ...problem };
    // An earlier saved state stays.
    const moved = await changer.move(row, hasSaved(row) ? 'fallBack' : 'stop', why);
    if (!moved) return false;
    log.warn({ sessionId: row.id, ...usage }, 'session ended: its machine wrote too much');
    onEnded();
    return true;
  }

  return {
    /** Applies the limit to a measurement. A paused machine resumes unless its session ends. */
    async judge(limited: LimitedMachine, written: DiskUsage): Promise<void> {
      const { row, machineId, name, limitBytes } = limited;
      const { bytes, openBytes = 0, files } = written;
      const counted = files === undefined ? {} : { files };
      const usage = { machine: name, usedBytes: bytes + openBytes, limitBytes, ...counted };
      if (!stuck.has(machineId) && mayContinue(machineId, usage)) return warn(row, usage);
      let ended = false;
      stuck.delete(machineId);
      try {
        ended = (await isOverWhilePaused(limited, usage)) && (await end(row, usage));
      } catch (error) {
        // If it resumed, it would fill the disk, which a database may share.
        if (isFault(error, 'DISK_FULL')) stuck.add(machineId);
        throw error;
      } finally {
        if (ended) fullSince.delete(machineId);
        else if (!stuck.has(machineId)) await pauses.release(limited);
      }
    },

    /** Ends the session of a machine whose files cannot be measured in time. */
    async endUnmeasured({ row, name, limitBytes }: LimitedMachine): Promise<void> {
      await end(row, { machine: name, usedBytes: 'unmeasured', limitBytes });
    },

    /** Resumes a machine that was paused for a measurement, unless its session has changed. */
    async release(machine: LimitedMachine): Promise<void> {
      const { row, machineId } = machine;
      if (stuck.has(machineId)) return;
      const now = await store.findAny(row.id);
      if (now?.state === row.state && now.generation === row.generation) {
        await pauses.release(machine);
      }
    },

    /** Removes machines that are gone. */
    forget(isGone: (machineId: string) => boolean): void {
      for (const known of [fullSince, stuck]) {
        for (const machineId of known.keys()) if (isGone(machineId)) known.delete(machineId);
      }
    },
  };
}

/** The usage of a machine that could not be measured in time. */
type Unmeasured = Omit<MachineUsage, 'usedBytes' | 'files'> & { usedBytes: 'unmeasured' };

function describe(usage: MachineUsage | Unmeasured): { machine: string; used: string; limit: string } {
  if (usage.usedBytes === 'unmeasured') {
    const { machine, limitBytes } = usage;
    return { machine, used: 'more files than can be measured', limit: formatBytes(limitBytes) };
  }
  const { machine, usedBytes, limitBytes, files } = usage;
  return hasTooManyFiles(usage)
    ? { machine, used: `${files} files`, limit: `${mostFiles(usage)} files` }
    : { machine, used: formatBytes(usedBytes), limit: formatBytes(limitBytes) };
}
