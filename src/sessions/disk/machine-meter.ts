import type { Clock } from '../../clock.ts';
import type { MeasureOptions, Written } from '../../engine/engine-disk.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../log.ts';
import { createTurns } from '../../turns.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import { createDiskLimits } from './disk-limits.ts';
import { unlessPauseRefused } from './write-limits.ts';
import type { LimitedMachine, WriteLimits } from './write-limits.ts';

/** Machines measured at the same time: each reads one disk. */
const AT_ONCE = 2;

/** Longest measurement of one machine in a round, in milliseconds: one with very many files must not delay the others. */
const ROUND_TIMEOUT_MS = 1_000;

/** Longest measurement of a machine that takes longer than that, apart from the rounds, in milliseconds. */
const SLOW_TIMEOUT_MS = 60_000;

/** Part of the time that measuring slow machines may take. */
const SLOW_SHARE = 0.2;

/** A fall of the free space beyond what measured machines wrote, in bytes, that makes slow machines suspects. */
const UNEXPLAINED_BYTES = 64 * 1024 ** 2;

/** A machine that was paused for a measurement and was within its limit is not paused again for so long, in milliseconds. */
const UNPAUSED_MS = 60_000;

interface Past {
  /** With deleted files that are open still. */
  bytes: number;
  openBytes: number;
  /** By how much it grew from the measurement before. */
  growth: number;
}

interface Round {
  countFiles: boolean;
  /** How far the free space fell since the round before. */
  fallenBytes: number;
  isHurried: boolean;
}

export type MachineMeter = ReturnType<typeof createMachineMeter>;

/** Measures the machines of ready sessions one by one, those that grew fastest first, and has each judged. */
export function createMachineMeter(options: {
  engine: Pick<Engine, 'measureWritten' | 'pause'>;
  store: Pick<SessionStore, 'findInStates'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  limits: WriteLimits;
  clock: Pick<Clock, 'now'>;
  logger: Log;
}) {
  const { engine, store, limits, clock, logger } = options;
  const diskLimitOf = createDiskLimits(options.catalogue);
  const turns = createTurns(AT_ONCE);
  const stopping = new AbortController();
  const past = new Map<string, Past>();
  /** Machines that take long, until when each is left alone, in milliseconds since 1970. */
  const slow = new Map<string, number>();
  /** Suspects, until when each is not to be paused again. */
  const cleared = new Map<string, number>();
  const paused = new Set<string>();
  let slowOnes: LimitedMachine[] = [];
  /** Whether the free space falls, and nothing that was measured explains it. */
  let isFalling = false;
  let lane: Promise<void> | undefined;

  function limitedIn(row: SessionRow): LimitedMachine[] {
    return row.machines.flatMap(({ name, engineId }) => {
      const limitBytes = diskLimitOf(row, name);
      return engineId && limitBytes !== undefined ? [{ row, name, machineId: engineId, limitBytes }] : [];
    });
  }

  const growthOf = ({ machineId }: LimitedMachine) => past.get(machineId)?.growth ?? Infinity;
  const isDue = ({ machineId }: LimitedMachine) =>
    paused.has(machineId) || (slow.get(machineId) ?? Infinity) <= clock.now().getTime();

  function forgetAllBut(machines: readonly LimitedMachine[]): void {
    const there = new Set(machines.map(({ machineId }) => machineId));
    for (const known of [past, slow, cleared, paused]) {
      for (const machineId of known.keys()) if (!there.has(machineId)) known.delete(machineId);
    }
    limits.forget((machineId) => !there.has(machineId));
  }

  /** Notes a measurement; where it did not look for open files, those of the last that did still count. */
  function note(machineId: string, written: Written): Past {
    const last = past.get(machineId);
    const openBytes = written.openBytes ?? last?.openBytes ?? 0;
    const bytes = written.bytes + openBytes;
    const now = { bytes, openBytes, growth: Math.max(0, bytes - (last?.bytes ?? 0)) };
    past.set(machineId, now);
    return now;
  }

  /** Measures one machine and has it judged; by how much it grew, `late` if it took too long. */
  async function measure(
    machine: LimitedMachine,
    measuring: Omit<MeasureOptions, 'signal'>,
  ): Promise<number | 'late'> {
    const { machineId } = machine;
    try {
      const written = await engine.measureWritten(machineId, { ...measuring, signal: stopping.signal });
      if (written === 'late') return 'late';
      const { openBytes, growth } = note(machineId, written);
      await limits.judge(machine, { ...written, openBytes });
      return written.isLate ? 'late' : growth;
    } catch (error) {
      // One machine that is going, or that the engine refuses to measure, must not keep others from it.
      if (isFault(error, 'CONTAINER_NOT_FOUND')) return 0;
      if (!isFault(error) || error.code === 'ENGINE_UNREACHABLE') throw error;
      logger.warn({ err: error, sessionId: machine.row.id }, 'machine not measured');
      return 0;
    }
  }

  /** Measures these machines, a few at a time; by how much they grew together. */
  async function measureAll(
    machines: readonly LimitedMachine[],
    measuring: Omit<MeasureOptions, 'signal' | 'timeoutMs'>,
  ): Promise<number> {
    let grown = 0;
    const measureOne = (machine: LimitedMachine) =>
      turns.run(async () => {
        if (stopping.signal.aborted) return;
        const growth = await measure(machine, { ...measuring, timeoutMs: ROUND_TIMEOUT_MS });
        if (growth === 'late') slow.set(machine.machineId, 0);
        else grown += growth;
      });
    const outcomes = await Promise.allSettled(machines.map(measureOne));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return grown;
  }

  /** Measures a slow machine; one that was paused for it goes on unless its session ended by that. */
  async function measureSlow(machine: LimitedMachine): Promise<void> {
    const { machineId, row } = machine;
    const wasPaused = paused.has(machineId);
    const from = performance.now();
    try {
      const growth = await measure(machine, { timeoutMs: SLOW_TIMEOUT_MS, openFiles: true });
      if (stopping.signal.aborted) return;
      if (growth === 'late') {
        logger.warn({ sessionId: row.id }, 'machine has too many files to measure');
        // Nobody can tell that it did not write what the disk lost.
        if (wasPaused || isFalling) await limits.endUnmeasured(machine);
      }
      const took = performance.now() - from;
      if (growth !== 'late' && took < ROUND_TIMEOUT_MS / 2) slow.delete(machineId);
      else slow.set(machineId, clock.now().getTime() + took / SLOW_SHARE);
    } finally {
      if (wasPaused) {
        paused.delete(machineId);
        cleared.set(machineId, clock.now().getTime() + UNPAUSED_MS);
        await limits.release(machine);
      }
    }
  }

  /** Measures slow machines one after the other beside the rounds, paused ones first, until none is due. */
  async function runSlowLane(): Promise<void> {
    for (;;) {
      const due = slowOnes.filter(isDue);
      const next = due.find(({ machineId }) => paused.has(machineId)) ?? due[0];
      if (!next || stopping.signal.aborted) return;
      await measureSlow(next);
    }
  }

  function wakeSlowLane(): void {
    lane ??= runSlowLane()
      .catch((error: unknown) => {
        if (!isFault(error, 'ENGINE_UNREACHABLE')) logger.error({ err: error }, 'slow machines not measured');
      })
      .finally(() => (lane = undefined));
  }

  /** Pauses suspects, so that they write nothing until they are measured. */
  async function pauseSuspects(): Promise<void> {
    const now = clock.now().getTime();
    for (const { machineId } of slowOnes) {
      if (paused.has(machineId) || (cleared.get(machineId) ?? 0) > now) continue;
      paused.add(machineId);
      await engine.pause(machineId).catch(unlessPauseRefused);
    }
  }

  return {
    /**
     * Measures all machines once; slow ones are measured beside it. A hurried round looks for deleted files that
     * are open only if nothing else explains how far the free space fell. @throws ENGINE_UNREACHABLE
     */
    async round({ countFiles, fallenBytes, isHurried }: Round): Promise<void> {
      const machines = (await store.findInStates(['ready'])).flatMap(limitedIn);
      forgetAllBut(machines);
      const quick = machines
        .filter(({ machineId }) => !slow.has(machineId))
        .toSorted((a, b) => growthOf(b) - growthOf(a) || 0);
      let explained = await measureAll(quick, { countFiles, openFiles: !isHurried });
      const isUnexplained = () => fallenBytes - explained > UNEXPLAINED_BYTES;
      if (isHurried && isUnexplained()) {
        const measured = quick.filter(({ machineId }) => !slow.has(machineId));
        explained += await measureAll(measured, { openFiles: true });
      }
      slowOnes = machines.filter(({ machineId }) => slow.has(machineId));
      isFalling = isUnexplained();
      try {
        if (isFalling) await pauseSuspects();
      } finally {
        wakeSlowLane();
      }
    },

    /** Resolves when nothing is measured any more. */
    async stop(): Promise<void> {
      stopping.abort();
      await lane;
    },
  };
}
