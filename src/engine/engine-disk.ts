/** What an engine tells of its disk. */
export interface EngineDisk {
  /** The disk that machines, images and volumes lie on. @throws IMAGE_NOT_FOUND where only a helper can look, and its image is not there */
  disk(): Promise<DiskSpace>;

  /**
   * How much each machine of this installation has written: the changes of its file system, and what
   * is in its volumes. Slow, and heavy on the engine's disk: a minute between two is little. Files are
   * counted with `countFiles`, which is heavier still.
   */
  usage(options?: { countFiles?: boolean }): Promise<MachineUsage[]>;
}

export interface DiskSpace {
  totalBytes: number;
  freeBytes: number;
  /** How many files and folders it can have, and how many more; undefined where nothing but bytes bounds them. */
  files?: { total: number; free: number } | undefined;
}

/** Most files and folders of one machine that are counted. */
export const MOST_FILES_COUNTED = 1_000_001;

export interface MachineUsage {
  environmentId: string;
  machineId: string;
  /** Name within the environment. */
  name: string;
  writtenBytes: number;
  /** Files and folders among that, up to {@link MOST_FILES_COUNTED}; undefined where they were not, or can not be, counted. */
  files?: number | undefined;
}
