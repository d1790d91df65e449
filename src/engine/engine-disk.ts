/** What an engine tells of its disk. */
export interface EngineDisk {
  /** The disk that machines, images and volumes lie on. @throws IMAGE_NOT_FOUND where only a helper can look, and its image is not there */
  disk(): Promise<DiskSpace>;

  /**
   * How much each machine of this installation has written: the changes of its file system, and what
   * is in its volumes. Slow, and heavy on the engine's disk: a minute between two is little.
   */
  usage(): Promise<MachineUsage[]>;
}

export interface DiskSpace {
  totalBytes: number;
  freeBytes: number;
}

export interface MachineUsage {
  environmentId: string;
  machineId: string;
  /** Name within the environment. */
  name: string;
  writtenBytes: number;
}
