/** What an engine tells of its disk. */
export interface EngineDisk {
  /**
   * The disk that holds machines, images and volumes; cheap enough to be asked every second.
   * @throws IMAGE_NOT_FOUND where only a helper can look, and its image is missing
   */
  disk(): Promise<DiskSpace>;

  /**
   * Measures what one machine has written: the changes of its file system and the content of its volumes.
   * `late` if that took longer than `timeoutMs`, or `signal` aborts; what only deleted or counted files were late for
   * is told without these, with `isLate`. Each file costs time, so that machines
   * with many take seconds. `countFiles` costs as much again, `openFiles` a look at each process of the host.
   * @throws CONTAINER_NOT_FOUND
   */
  measureWritten(machineId: string, options: MeasureOptions): Promise<Written | 'late'>;
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
  /** How many files and folders it can have, and how many more; undefined where nothing but bytes bounds them. */
  files?: { total: number; free: number } | undefined;
}

export interface Written {
  bytes: number;
  /** Bytes beside that in deleted files that are open still; undefined where they were not counted. */
  openBytes?: number | undefined;
  /** Files and folders among that; undefined where they were not, or cannot be, counted. */
  files?: number | undefined;
  /** Whether open files, or the number of files, took too long: there may be more. */
  isLate?: boolean | undefined;
}
