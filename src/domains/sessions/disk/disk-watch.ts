import type { Clock } from '../../../core/clock.ts';
import { filesReserveOf, reserveOf } from '../../../engine/engine-disk.ts';
import type { DiskSpace } from '../../../engine/engine-disk.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Portion } from '../../../core/units.ts';

/** Share of the reserve that saved states may use; running sessions need the rest. */
const SAVES_SHARE = 3 / 4;

/** The engine's disk at the last check. */
export interface DiskState extends DiskSpace {
  /** No session starts with less free space. */
  reserveBytes: number;
  /** The same for the number of files, if the file system limits it. */
  files?: { total: number; free: number; reserve: number } | undefined;
  measuredAt: Date;
}

export type DiskWatch = ReturnType<typeof createDiskWatch>;

/** Reads the state of the engine's disk. `onDiskFree` is called when there is enough free space again. */
export function createDiskWatch(options: {
  engine: Pick<Engine, 'disk'>;
  reserve: Portion | undefined;
  clock: Pick<Clock, 'now'>;
  log: Log;
  onDiskFree: () => void;
}) {
  const { engine, reserve, clock, log, onDiskFree } = options;
  let latest: DiskState | undefined;
  let isUnreadable = false;

  function note(space: DiskSpace): DiskState {
    const state = stateOf(space, reserveOf(reserve, space.totalBytes), clock.now());
    const wasLow = latest ? isLow(latest) : false;
    latest = state;
    const { files } = state;
    const details = {
      free: formatBytes(state.freeBytes),
      reserve: formatBytes(state.reserveBytes),
      ...(files && { files }),
    };
    if (isLow(state) && !wasLow) {
      log.warn(details, 'disk below its reserve; no session starts');
    }
    if (wasLow && !isLow(state)) {
      log.info(details, 'disk above its reserve again');
      onDiskFree();
    }
    return state;
  }

  /** Reads the disk. If that fails, the last state stays. */
  async function update(): Promise<void> {
    try {
      note(await engine.disk());
      isUnreadable = false;
    } catch (error) {
      if (!isFault(error)) throw error;
      if (!isUnreadable && error.code !== 'ENGINE_UNREACHABLE') {
        log.warn({ err: error }, 'disk not readable; sessions start without a check');
      }
      isUnreadable = error.code !== 'ENGINE_UNREACHABLE';
    }
  }

  return {
    /** Returns the last state; undefined before the first check. */
    latest: () => latest,
    isLow: () => latest !== undefined && isLow(latest),
    /** Returns whether so little is free that machines over their limits are stopped immediately. */
    isCritical: () => latest !== undefined && isCritical(latest),
    /** Returns whether the disk is about to run out of files. */
    isShortOfFiles: () => latest?.files !== undefined && latest.files.free < latest.files.reserve / 2,
    update,
    /** Reads the disk and returns the bytes that saved states may use; undefined if it was never readable. */
    async saveCapacity(): Promise<number | undefined> {
      await update();
      return latest && latest.freeBytes - latest.reserveBytes * (1 - SAVES_SHARE);
    },
  };
}

function stateOf({ files, ...space }: DiskSpace, reserveBytes: number, measuredAt: Date): DiskState {
  const kept = files && { files: { ...files, reserve: filesReserveOf(files.total) } };
  return { ...space, reserveBytes, measuredAt, ...kept };
}

/** Returns what is free of bytes and files, with the reserves. */
function marginsOf({ freeBytes, reserveBytes, files }: DiskState): { free: number; reserve: number }[] {
  const bytes = { free: freeBytes, reserve: reserveBytes };
  return files ? [bytes, files] : [bytes];
}

const isLow = (state: DiskState) => marginsOf(state).some(({ free, reserve }) => free < reserve);
const isCritical = (state: DiskState) => marginsOf(state).some(({ free, reserve }) => free < reserve / 2);
