import { portionOf } from '../core/units.ts';
import type { Portion } from '../core/units.ts';

/** Part of the engine port: measures the disk. */
export interface EngineDisk {
  /**
   * Returns the space of the disk that holds machines, images and volumes. Cheap enough to call every second.
   * @throws IMAGE_NOT_FOUND if only a helper container can read it, and the helper's image is missing
   */
  disk(): Promise<DiskSpace>;

  /**
   * Measures the disk usage of one machine: the changes to its file system and the content of its volumes.
   * Returns `late` if that took longer than `timeoutMs`, or if `signal` aborts. If only the deleted files or
   * the number of files took too long, the result omits them and sets `isLate`. The time grows with the
   * number of files: machines with many files take seconds. `countFiles` doubles the time; `openFiles` reads
   * every process of the host.
   * @throws CONTAINER_NOT_FOUND
   */
  measureUsage(machineId: string, options: MeasureOptions): Promise<DiskUsage | 'late'>;
}

export interface MeasureOptions {
  timeoutMs: number;
  countFiles?: boolean;
  /** Whether to find deleted files that processes of the machine keep open or mapped. */
  openFiles?: boolean;
  signal?: AbortSignal;
}

export interface DiskSpace {
  totalBytes: number;
  freeBytes: number;
  /**
   * Number of files and folders (inodes): the maximum, and how many are free. Undefined if only bytes are
   * limited.
   */
  files?: { total: number; free: number } | undefined;
}

/** Disk usage of a machine. */
export interface DiskUsage {
  bytes: number;
  /** Additional bytes in deleted files that are still open; undefined if they were not counted. */
  openBytes?: number | undefined;
  /** Number of files and folders; undefined if they were not, or cannot be, counted. */
  files?: number | undefined;
  /** Whether counting open files, or all files, took too long: there may be more. */
  isLate?: boolean | undefined;
}

/** The default reserve: the smaller of the two. */
const USUAL = { bytes: 5 * 1024 ** 3, of: 0.05 };

/** Share of the disk's files (inodes) that is kept free. */
const FILES_RESERVE = 0.05;

/** Returns how many bytes of an engine's disk are kept free. */
export function reserveOf(reserve: Portion | undefined, totalBytes: number): number {
  if (reserve) return portionOf(reserve, totalBytes);
  return Math.min(USUAL.bytes, Math.floor(USUAL.of * totalBytes));
}

/** Returns how many files (inodes) of an engine's disk are kept free. */
export function filesReserveOf(totalFiles: number): number {
  return Math.floor(FILES_RESERVE * totalFiles);
}
