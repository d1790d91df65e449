import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { SessionRow } from '../session-store.ts';
import { REPOSITORY } from './saved-names.ts';
import type { SavedStateStore } from './saved-state-store.ts';

/** Tells on the engine which saved state an image is of, for people who look there. */
const LABEL = 'berth.saved-state';

const MIB = 1024 * 1024;

/** Longest measurement of what a machine wrote, in milliseconds: beyond it the lengths of its files decide. */
const WRITTEN_TIMEOUT_MS = 60_000;

/** A part of a machine: its file system, or the volume at a path. */
interface Part {
  machineName: string;
  machineId: string;
  /** Empty for the file system. */
  volume: string;
  image: string;
}

type Reserve = (bytes: number) => Promise<void>;

interface Surroundings {
  before: number;
  toCome: number;
  inVolumes: number | undefined;
  reserve: Reserve;
}

interface PutAwayOptions {
  signal: AbortSignal;
  onPart: (machine: string, percent: number) => Promise<void>;
  reserve?: Reserve;
}

export type PutAway = ReturnType<typeof createPutAway>;

/** Makes images of all that a session has. */
export function createPutAway(options: {
  engine: Pick<
    Engine,
    'commit' | 'commitVolume' | 'listVolumes' | 'measureVolume' | 'measureImage' | 'measureUsage'
  >;
  states: Pick<SavedStateStore, 'addImage' | 'measured'>;
  owner: string;
  /** Most bytes of one state. */
  limitBytes: number;
  /** Most bytes that a machine may write by its lab; undefined where that is not known. */
  diskLimitOf: (row: SessionRow, machine: string) => number | undefined;
  /** Bytes that states may take of the disk now; undefined where that is not known. */
  saveCapacity: () => Promise<number | undefined>;
}) {
  const { engine, states, owner, limitBytes, diskLimitOf, saveCapacity } = options;

  async function partsOf(row: SessionRow, stateId: string): Promise<Part[]> {
    const parts = row.machines.map(async ({ name: machineName, engineId }) => {
      const machineId = engineId ?? '';
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
   * Refuses at once what would be too large by its volumes alone: those are read while they are saved.
   * What each volume holds, 0 for file systems.
   */
  async function requireFitOfVolumes(parts: readonly Part[]): Promise<number[]> {
    const held: number[] = [];
    for (const { machineId, volume } of parts) {
      held.push(volume === '' ? 0 : await engine.measureVolume(machineId, volume));
    }
    const bytes = sumOf(held);
    requireFit(bytes);
    requireRoom(bytes, await saveCapacity());
    return held;
  }

  /**
   * Measures machines as those are measured that run, by what their files take of the disk; those that took too long.
   * Volumes count by their length: where they are filled again, holes in their files take of the disk too.
   */
  async function requireAllWithinDisk(
    row: SessionRow,
    inVolumes: (machine: string) => number,
  ): Promise<Set<string>> {
    const late = new Set<string>();
    for (const { name, engineId } of row.machines) {
      requireWithinDisk(row, name, inVolumes(name));
      const written = await engine.measureUsage(engineId ?? '', { timeoutMs: WRITTEN_TIMEOUT_MS });
      if (written === 'late') late.add(name);
      else requireWithinDisk(row, name, written.bytes);
    }
    return late;
  }

  /** A machine that wrote more than it may is never saved: what is saved takes as much of the disk again. */
  function requireWithinDisk(row: SessionRow, machine: string, bytes: number): void {
    const limit = diskLimitOf(row, machine);
    if (limit === undefined || bytes <= limit) return;
    throw fault('SAVE_OVER_DISK', { machine, size: formatBytes(bytes), limit: formatBytes(limit) });
  }

  function requireFit(bytes: number, size = mib(bytes)): void {
    if (bytes > limitBytes) throw fault('SAVE_TOO_LARGE', { size, limit: mib(limitBytes) });
  }

  /** `before` are the bytes of the parts that are made already, `toCome` those of volumes after it; `inVolumes` those of the machine's volumes if lengths decide. */
  async function make(
    row: SessionRow,
    stateId: string,
    { machineName, machineId, volume, image }: Part,
    { before, toCome, inVolumes, reserve }: Surroundings,
  ): Promise<number> {
    await states.addImage(owner, { savedStateId: stateId, machineName, volume, image });
    const tag = image.slice(REPOSITORY.length + 1);
    const target = { repository: REPOSITORY, tag, labels: { [LABEL]: stateId } };
    const room = await saveCapacity();
    // A volume that grew since it was measured is read no further than it may go.
    const size = volume === '' ? undefined : `more than ${mib(limitBytes)}`;
    const admit = (bytes: number) => {
      requireFit(before + bytes, size);
      if (volume === '' && inVolumes !== undefined) requireWithinDisk(row, machineName, inVolumes + bytes);
      requireRoom(bytes, room);
    };
    const admitWhole = async (bytes: number) => {
      admit(bytes);
      await reserve(before + bytes + toCome);
    };
    if (volume === '') await engine.commit(machineId, { ...target, admit: admitWhole });
    else await engine.commitVolume(machineId, volume, { ...target, admit });
    const bytes = await engine.measureImage(image);
    await states.measured({ savedStateId: stateId, image }, bytes);
    return bytes;
  }

  /**
   * Puts all of the session away, one part after the other, and answers its bytes. `onPart` is told
   * which machine's turn it is, and how much is done.
   * `reserve` is asked for the bytes of the whole state before they are written, and with what was written.
   * @throws SAVE_TOO_LARGE, SAVE_OVER_DISK, what `reserve` throws, DISK_FULL, what the engine throws, `signal`'s reason
   */
  return async function putAway(
    row: SessionRow,
    stateId: string,
    { signal, onPart, reserve = async () => undefined }: PutAwayOptions,
  ): Promise<number> {
    const parts = await partsOf(row, stateId);
    const held = await requireFitOfVolumes(parts);
    const inVolumes = (machine: string) =>
      sumOf(held.filter((_, index) => parts[index]?.machineName === machine));
    const late = await requireAllWithinDisk(row, inVolumes);
    await reserve(sumOf(held));
    let bytes = 0;
    for (const [done, part] of parts.entries()) {
      signal.throwIfAborted();
      await onPart(part.machineName, Math.floor((100 * done) / parts.length));
      const toCome = sumOf(held.slice(done + 1));
      const lengths = late.has(part.machineName) ? inVolumes(part.machineName) : undefined;
      bytes += await make(row, stateId, part, { before: bytes, toCome, inVolumes: lengths, reserve });
      requireFit(bytes);
      await reserve(bytes + toCome);
    }
    signal.throwIfAborted();
    return bytes;
  };
}

/** Whether it may be possible a moment later: the service or the engine went away. */
export function isPassing(error: unknown): boolean {
  return isFault(error, 'ENGINE_UNREACHABLE', 'SAVE_INTERRUPTED', 'DATABASE_UNREACHABLE', 'DATABASE_BUSY');
}

function requireRoom(bytes: number, room = Infinity): void {
  if (bytes > room) throw fault('DISK_FULL', { where: 'the container engine' });
}

const sumOf = (bytes: readonly number[]) => bytes.reduce((sum, each) => sum + each, 0);

const mib = (bytes: number) => `${Math.ceil(bytes / MIB)} MiB`;
