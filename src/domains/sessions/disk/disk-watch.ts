import type { Clock } from '../../../core/clock.ts';
import { filesReserveOf, reserveOf } from '../../../engine/engine-disk.ts';
import type { DiskSpace } from '../../../engine/engine-disk.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Portion } from '../../../core/units.ts';

/** Part of the reserve that what learners made may take when it is saved; the rest is for those who work on. */
const SAVES_SHARE = 3 / 4;

/** The engine's disk as it was last seen. */
export interface DiskState extends DiskSpace {
  /** Below this much free nothing is begun. */
  reserveBytes: number;
  /** Likewise of files, where these are bounded. */
  files?: { total: number; free: number; reserve: number } | undefined;
  measuredAt: Date;
}

export type DiskWatch = ReturnType<typeof createDiskWatch>;

/** Looks at the engine's disk. `onRoom` is called when there is room again. */
export function createDiskWatch(options: {
  engine: Pick<Engine, 'disk'>;
  reserve: Portion | undefined;
  clock: Pick<Clock, 'now'>;
  logger: Log;
  onRoom: () => void;
}) {
  const { engine, reserve, clock, logger, onRoom } = options;
  let latest: DiskState | undefined;
  let unseen = false;

  function note(space: DiskSpace): DiskState {
    const state = stateOf(space, reserveOf(reserve, space.totalBytes), clock.now());
    const wasLow = latest ? isLow(latest) : false;
    latest = state;
    const { files } = state;
    const words = {
      free: formatBytes(state.freeBytes),
      reserve: formatBytes(state.reserveBytes),
      ...(files && { files }),
    };
    if (isLow(state) && !wasLow) {
      logger.warn(words, "The engine's disk has less left than its reserve: no session is begun.");
    }
    if (wasLow && !isLow(state)) {
      logger.info(words, "The engine's disk has room again.");
      onRoom();
    }
    return state;
  }

  /** Looks now. A disk that cannot be seen stays as it was. */
  async function look(): Promise<void> {
    try {
      note(await engine.disk());
      unseen = false;
    } catch (error) {
      if (!isFault(error)) throw error;
      if (!unseen && error.code !== 'ENGINE_UNREACHABLE') {
        logger.warn({ err: error }, "The engine's disk cannot be seen: starts do not wait for room on it.");
      }
      unseen = error.code !== 'ENGINE_UNREACHABLE';
    }
  }

  return {
    /** As last seen; undefined while it has not been. */
    latest: () => latest,
    isLow: () => latest !== undefined && isLow(latest),
    /** Whether so little is left that what writes too much is stopped at once. */
    isCritical: () => latest !== undefined && isCritical(latest),
    /** Whether files are what so little is left of. */
    isShortOfFiles: () => latest?.files !== undefined && latest.files.free < latest.files.reserve / 2,
    look,
    /** How much of it saved states may take, looked at now; undefined where it was never seen. */
    async saveCapacity(): Promise<number | undefined> {
      await look();
      return latest && latest.freeBytes - latest.reserveBytes * (1 - SAVES_SHARE);
    },
  };
}

function stateOf({ files, ...space }: DiskSpace, reserveBytes: number, measuredAt: Date): DiskState {
  const kept = files && { files: { ...files, reserve: filesReserveOf(files.total) } };
  return { ...space, reserveBytes, measuredAt, ...kept };
}

/** What is free of each thing that can run out, and how much of it is kept. */
function marginsOf({ freeBytes, reserveBytes, files }: DiskState): { free: number; reserve: number }[] {
  const bytes = { free: freeBytes, reserve: reserveBytes };
  return files ? [bytes, files] : [bytes];
}

const isLow = (state: DiskState) => marginsOf(state).some(({ free, reserve }) => free < reserve);
const isCritical = (state: DiskState) => marginsOf(state).some(({ free, reserve }) => free < reserve / 2);
