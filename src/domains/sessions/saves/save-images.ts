import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { MIB, formatBytes } from '../../../core/units.ts';
import type { SessionRow } from '../session-store.ts';
import type { SavedStateStore } from './saved-state-store.ts';

/** Repository of the images of saved states; their tags start with the state's id. */
const REPOSITORY = 'berth/saved';

/** Returns whether an image name belongs to a saved state. Images may have other names too. */
export function isSavedName(name: string): boolean {
  return name.startsWith(`${REPOSITORY}:`);
}

/** Label of images with the id of their saved state, for people who inspect the engine. */
const LABEL = 'berth.saved-state';

/** Time limit for measuring a machine's disk usage, in milliseconds. Beyond it, the lengths of its files count. */
const USAGE_TIMEOUT_MS = 60_000;

/** A part of a machine: its file system, or the volume at a path. */
interface Part {
  machineName: string;
  machineId: string;
  /** Empty for the file system. */
  volume: string;
  image: string;
}

type Reserve = (bytes: number) => Promise<void>;

interface PartOptions {
  /** Bytes of the parts that are already saved. */
  savedBytes: number;
  /** Bytes of the volumes that follow. */
  remainingBytes: number;
  /** Bytes of the machine's volumes, if their lengths count for its limit. */
  volumeBytes: number | undefined;
  reserve: Reserve;
}

interface SaveImagesOptions {
  signal: AbortSignal;
  onPart: (machine: string, percent: number) => Promise<void>;
  reserve?: Reserve;
}

export type SaveImages = ReturnType<typeof createSaveImages>;

/** Saves the file systems and volumes of a session as images. */
export function createSaveImages(options: {
  engine: Pick<
    Engine,
    'commit' | 'commitVolume' | 'listVolumes' | 'measureVolume' | 'measureImage' | 'measureUsage'
  >;
  states: Pick<SavedStateStore, 'addImage' | 'setImageBytes'>;
  owner: string;
  /** Limit of one state, in bytes. */
  limitBytes: number;
  /** Disk limit of a machine in bytes; undefined if it is unknown. */
  diskLimitOf: (row: SessionRow, machine: string) => number | undefined;
  /** Bytes that states may use on the disk now; undefined if unknown. */
  saveCapacity: () => Promise<number | undefined>;
}) {
  const { engine, states, owner, limitBytes, diskLimitOf, saveCapacity } = options;

  async function partsOf(row: SessionRow, stateId: string): Promise<Part[]> {
    const parts = row.machines.map(async ({ name: machineName, containerId }) => {
      const machineId = containerId ?? '';
      // No machine has a dot in its name.
      const image = `${REPOSITORY}:${stateId}-${machineName}`;
      const volumes = (await engine.listVolumes(machineId)).map((volume, index) => ({
        machineName,
        machineId,
        volume,
        image: `${image}.v${index + 1}`,
      }));
      return [{ machineName, machineId, volume: '', image }, ...volumes];
    });
    return (await Promise.all(parts)).flat();
  }

  /**
   * Refuses a session whose volumes alone are too large, before any is saved. Returns the bytes of each volume, and 0
   * for file systems.
   */
  async function requireFitOfVolumes(parts: readonly Part[]): Promise<number[]> {
    const sizes: number[] = [];
    for (const { machineId, volume } of parts) {
      sizes.push(volume === '' ? 0 : await engine.measureVolume(machineId, volume));
    }
    const bytes = sumOf(sizes);
    requireFit(bytes);
    requireSpace(bytes, await saveCapacity());
    return sizes;
  }

  /**
   * Checks machines by their usage of the disk, as while they run. Returns those that took too long to measure. Volumes
   * count by the lengths of their files: when they are restored, sparse files use all of their length.
   */
  async function requireAllWithinDisk(
    row: SessionRow,
    inVolumes: (machine: string) => number,
  ): Promise<Set<string>> {
    const late = new Set<string>();
    for (const { name, containerId } of row.machines) {
      requireWithinDisk(row, name, inVolumes(name));
      const written = await engine.measureUsage(containerId ?? '', { timeoutMs: USAGE_TIMEOUT_MS });
      if (written === 'late') late.add(name);
      else requireWithinDisk(row, name, written.bytes);
    }
    return late;
  }

  /** Refuses a machine over its disk limit: its saved state would use as much of the disk again. */
  function requireWithinDisk(row: SessionRow, machine: string, bytes: number): void {
    const limit = diskLimitOf(row, machine);
    if (limit === undefined || bytes <= limit) return;
    throw fault('SAVE_OVER_DISK', { machine, size: formatBytes(bytes), limit: formatBytes(limit) });
  }

  function requireFit(bytes: number, size = mib(bytes)): void {
    if (bytes > limitBytes) throw fault('SAVE_TOO_LARGE', { size, limit: mib(limitBytes) });
  }

  /** Saves one part and returns its bytes. */
  async function savePart(
    row: SessionRow,
    stateId: string,
    { machineName, machineId, volume, image }: Part,
    { savedBytes, remainingBytes, volumeBytes, reserve }: PartOptions,
  ): Promise<number> {
    await states.addImage(owner, { savedStateId: stateId, machineName, volume, image });
    const tag = image.slice(REPOSITORY.length + 1);
    const target = { repository: REPOSITORY, tag, labels: { [LABEL]: stateId } };
    const space = await saveCapacity();
    // A volume that grew since its measurement is read only up to the limit.
    const size = volume === '' ? undefined : `more than ${mib(limitBytes)}`;
    const admit = (bytes: number) => {
      requireFit(savedBytes + bytes, size);
      if (volume === '' && volumeBytes !== undefined)
        requireWithinDisk(row, machineName, volumeBytes + bytes);
      requireSpace(bytes, space);
    };
    const admitWhole = async (bytes: number) => {
      admit(bytes);
      await reserve(savedBytes + bytes + remainingBytes);
    };
    if (volume === '') await engine.commit(machineId, { ...target, admit: admitWhole });
    else await engine.commitVolume(machineId, volume, { ...target, admit });
    const bytes = await engine.measureImage(image);
    await states.setImageBytes({ savedStateId: stateId, image }, bytes);
    return bytes;
  }

  /**
   * Saves all parts of the session one after another, and returns their bytes. `onPart` is called with the current
   * machine and the progress in percent. `reserve` is called with the expected bytes of the state before a part is
   * saved, and with the exact bytes afterwards.
   * @throws SAVE_TOO_LARGE, SAVE_OVER_DISK, what `reserve` throws, DISK_FULL, what the engine throws, `signal`'s reason
   */
  return async function saveImages(
    row: SessionRow,
    stateId: string,
    { signal, onPart, reserve = async () => undefined }: SaveImagesOptions,
  ): Promise<number> {
    const parts = await partsOf(row, stateId);
    const sizes = await requireFitOfVolumes(parts);
    const inVolumes = (machine: string) =>
      sumOf(sizes.filter((_, index) => parts[index]?.machineName === machine));
    const late = await requireAllWithinDisk(row, inVolumes);
    await reserve(sumOf(sizes));
    let bytes = 0;
    for (const [done, part] of parts.entries()) {
      signal.throwIfAborted();
      await onPart(part.machineName, Math.floor((100 * done) / parts.length));
      const remainingBytes = sumOf(sizes.slice(done + 1));
      const lengths = late.has(part.machineName) ? inVolumes(part.machineName) : undefined;
      bytes += await savePart(row, stateId, part, {
        savedBytes: bytes,
        remainingBytes,
        volumeBytes: lengths,
        reserve,
      });
      requireFit(bytes);
      await reserve(bytes + remainingBytes);
    }
    signal.throwIfAborted();
    return bytes;
  };
}

/** Returns whether a retry may succeed: the service or the engine was interrupted. */
export function isTemporary(error: unknown): boolean {
  return isFault(error, 'ENGINE_UNREACHABLE', 'SAVE_INTERRUPTED', 'DATABASE_UNREACHABLE', 'DATABASE_BUSY');
}

function requireSpace(bytes: number, space = Infinity): void {
  if (bytes > space) throw fault('DISK_FULL', { where: 'the container engine' });
}

const sumOf = (bytes: readonly number[]) => bytes.reduce((sum, each) => sum + each, 0);

const mib = (bytes: number) => `${Math.ceil(bytes / MIB)} MiB`;
