import type { Clock } from '../../../core/clock.ts';
import type { MeasureOptions, DiskUsage } from '../../../engine/engine-disk.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import { createQueue } from '../../../core/queue.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { createDiskLimits } from './disk-usage.ts';
import type { Pauses } from './pauses.ts';
import type { LimitedMachine, WriteLimits } from './write-limits.ts';

/** Machines measured at the same time: all are on one disk. */
const AT_ONCE = 2;

/** Time limit for one machine in a round, in milliseconds: one with very many files must not delay the others. */
const ROUND_TIMEOUT_MS = 1_000;

/** Time limit for a slow machine, which is measured outside the rounds, in milliseconds. */
const SLOW_TIMEOUT_MS = 60_000;

/** Delay before the next measurement of a slow machine, as a multiple of its last duration. */
const DELAY_TIMES = 5;

/** The same for a machine that may be filling the disk. It is paused while it is measured. */
const SUSPECT_DELAY_TIMES = 1;

/** Decrease of the free space that measured machines do not explain, in bytes, which makes slow machines suspects. */
const UNEXPLAINED_BYTES = 64 * 1024 ** 2;

interface Measurement {
  /** Includes deleted files that are still open. */
  bytes: number;
  openBytes: number;
  /** Increase since the previous measurement. */
  growth: number;
}

/** End of the last measurement of a slow machine, in milliseconds since 1970, and its duration. */
interface SlowMeasurement {
  at: number;
  tookMs: number;
}

interface Round {
  countFiles: boolean;
  /** Decrease of the free space since the previous round. */
  fallenBytes: number;
  isHurried: boolean;
}

export type MachineMeter = ReturnType<typeof createMachineMeter>;

/** Measures the disk usage of the machines of ready sessions, the fastest-growing first, and applies the limits. */
export function createMachineMeter(options: {
  engine: Pick<Engine, 'measureUsage'>;
  pauses: Pauses;
  store: Pick<SessionStore, 'findInStates'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  limits: WriteLimits;
  /** Whether so little is free on the disk that all suspects are paused immediately. */
  isCritical: () => boolean;
  clock: Pick<Clock, 'now'>;
  log: Log;
}) {
  const { engine, pauses, store, limits, isCritical, clock, log } = options;
  const diskLimitOf = createDiskLimits(options.catalogue);
  const queue = createQueue(AT_ONCE);
  const stopping = new AbortController();
  const past = new Map<string, Measurement>();
  /** Machines that take too long for a round. */
  const slow = new Map<string, SlowMeasurement>();
  /**
   * Slow machines that may be filling the disk. Each is paused while it is measured, and already before if little is
   * free.
   */
  const suspects = new Set<string>();
  let slowOnes: LimitedMachine[] = [];
  /** Sum of the decreases of the free space that measured machines do not explain. */
  let unexplainedBytes = 0;
  let lane: Promise<void> | undefined;

  function limitedIn(row: SessionRow): LimitedMachine[] {
    return row.machines.flatMap(({ name, containerId }) => {
      const limitBytes = diskLimitOf(row, name);
      return containerId && limitBytes !== undefined
        ? [{ row, name, machineId: containerId, limitBytes }]
        : [];
    });
  }

  const growthOf = ({ machineId }: LimitedMachine) => past.get(machineId)?.growth ?? Infinity;
  function isDue({ machineId }: LimitedMachine): boolean {
    if (pauses.has(machineId)) return true;
    const last = slow.get(machineId);
    if (!last) return false;
    const times = suspects.has(machineId) ? SUSPECT_DELAY_TIMES : DELAY_TIMES;
    return clock.now().getTime() >= last.at + last.tookMs * times;
  }

  function forgetAllBut(machines: readonly LimitedMachine[]): void {
    const there = new Set(machines.map(({ machineId }) => machineId));
    for (const known of [past, slow, suspects]) {
      for (const machineId of known.keys()) if (!there.has(machineId)) known.delete(machineId);
    }
    limits.forget((machineId) => !there.has(machineId));
    pauses.forget((machineId) => !there.has(machineId));
  }

  /** Records a measurement. If it excludes open files, the value of the last one that included them is used. */
  function record(machineId: string, written: DiskUsage): Measurement {
    const last = past.get(machineId);
    const openBytes = written.openBytes ?? last?.openBytes ?? 0;
    const bytes = written.bytes + openBytes;
    const now = { bytes, openBytes, growth: Math.max(0, bytes - (last?.bytes ?? 0)) };
    past.set(machineId, now);
    return now;
  }

  /** Measures one machine and applies its limit. Returns by how much it grew, or `late` if it took too long. */
  async function measure(
    machine: LimitedMachine,
    measuring: Omit<MeasureOptions, 'signal'>,
  ): Promise<number | 'late'> {
    const { machineId } = machine;
    try {
      const written = await engine.measureUsage(machineId, { ...measuring, signal: stopping.signal });
      if (written === 'late') return 'late';
      const { openBytes, growth } = record(machineId, written);
      await limits.judge(machine, { ...written, openBytes });
      return written.isLate ? 'late' : growth;
    } catch (error) {
      // A machine that is being removed, or that the engine refuses to measure, must not block the others.
      if (isFault(error, 'CONTAINER_NOT_FOUND')) return 0;
      if (!isFault(error) || error.code === 'ENGINE_UNREACHABLE') throw error;
      log.warn({ err: error, sessionId: machine.row.id }, 'machine not measured');
      return 0;
    }
  }

  /** Measures these machines, a few at a time; returns by how much they grew together. */
  async function measureAll(
    machines: readonly LimitedMachine[],
    measuring: Omit<MeasureOptions, 'signal' | 'timeoutMs'>,
  ): Promise<number> {
    let grown = 0;
    const measureOne = (machine: LimitedMachine) =>
      queue.run(async () => {
        if (stopping.signal.aborted) return;
        const growth = await measure(machine, { ...measuring, timeoutMs: ROUND_TIMEOUT_MS });
        if (growth === 'late') slow.set(machine.machineId, { at: 0, tookMs: 0 });
        else grown += growth;
      });
    const outcomes = await Promise.allSettled(machines.map(measureOne));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return grown;
  }

  /** Measures a slow machine. A suspect is paused meanwhile, and resumes unless its session ended. */
  async function measureSlow(machine: LimitedMachine): Promise<void> {
    const { machineId, row } = machine;
    const isSuspect = suspects.has(machineId);
    const from = performance.now();
    try {
      if (isSuspect) await pauses.pause(machine);
      const growth = await measure(machine, { timeoutMs: SLOW_TIMEOUT_MS, openFiles: true });
      if (stopping.signal.aborted) return;
      if (growth === 'late') {
        log.warn({ sessionId: row.id }, 'machine has too many files to measure');
        // It may have written what the disk lost.
        if (suspects.has(machineId)) await limits.endUnmeasured(machine);
      }
      const took = performance.now() - from;
      if (growth !== 'late' && took < ROUND_TIMEOUT_MS / 2) slow.delete(machineId);
      else slow.set(machineId, { at: clock.now().getTime(), tookMs: took });
    } finally {
      suspects.delete(machineId);
      if (pauses.has(machineId)) await limits.release(machine);
    }
  }

  /** Measures slow machines one after another outside the rounds, suspects first, until none is due. */
  async function runSlowLane(): Promise<void> {
    for (;;) {
      const due = slowOnes.filter(isDue);
      const next = due.find(({ machineId }) => suspects.has(machineId)) ?? due[0];
      if (!next || stopping.signal.aborted) return;
      await measureSlow(next);
    }
  }

  function wakeSlowLane(): void {
    lane ??= runSlowLane()
      .catch((error: unknown) => {
        if (!isFault(error, 'ENGINE_UNREACHABLE')) log.error({ err: error }, 'slow machines not measured');
      })
      .finally(() => (lane = undefined));
  }

  async function suspectSlowOnes(): Promise<void> {
    for (const machine of slowOnes) {
      suspects.add(machine.machineId);
      if (isCritical()) await pauses.pause(machine);
    }
  }

  return {
    /**
     * Measures all machines once; slow ones are measured separately. A hurried round includes deleted open files only if
     * nothing else explains the decrease of the free space. @throws ENGINE_UNREACHABLE
     */
    async round({ countFiles, fallenBytes, isHurried }: Round): Promise<void> {
      const machines = (await store.findInStates(['ready'])).flatMap(limitedIn);
      forgetAllBut(machines);
      const quick = machines
        .filter(({ machineId }) => !slow.has(machineId))
        .toSorted((a, b) => growthOf(b) - growthOf(a) || 0);
      const grown = await measureAll(quick, { countFiles, openFiles: !isHurried });
      // Other rounds measure everything, so a slow decrease needs no explanation.
      const before = isHurried ? unexplainedBytes : 0;
      unexplainedBytes = Math.max(0, before + fallenBytes - grown);
      if (isHurried && unexplainedBytes > UNEXPLAINED_BYTES) {
        const measured = quick.filter(({ machineId }) => !slow.has(machineId));
        unexplainedBytes -= await measureAll(measured, { openFiles: true });
      }
      slowOnes = machines.filter(({ machineId }) => slow.has(machineId));
      try {
        if (unexplainedBytes > UNEXPLAINED_BYTES) {
          unexplainedBytes = 0;
          await suspectSlowOnes();
        }
      } finally {
        wakeSlowLane();
      }
    },

    /** Stops all measurements, and resolves when they have ended. */
    async stop(): Promise<void> {
      stopping.abort();
      await lane;
      await pauses.stop();
    },
  };
}
