/** Part of the engine port: saves file systems and volumes as images. */
export interface EngineSaves {
  /**
   * Lists the paths of the machine's volumes, in the order of its specification. @throws CONTAINER_NOT_FOUND
   */
  listVolumes(machineId: string): Promise<string[]>;

  /**
   * Saves the machine's file system as an image and returns the image's id. Calls `admit` first with the
   * number of bytes to write, including holes in files. If `admit` throws, nothing is saved and the machine
   * keeps running.
   * @throws CONTAINER_NOT_FOUND, DISK_FULL, errors of `admit`
   */
  commit(machineId: string, image: CommitSpec): Promise<string>;

  /**
   * Returns the bytes in a volume of the machine, by the length of its files.
   * @throws CONTAINER_NOT_FOUND, NOT_FOUND
   */
  measureVolume(machineId: string, path: string): Promise<number>;

  /**
   * Saves the content of a volume, with owners and modes, as an image from which another volume can start
   * (see VolumeSpec). Returns the image's id. Calls `admit` repeatedly with the number of bytes so far;
   * it may throw as with `commit`.
   * @throws CONTAINER_NOT_FOUND, NOT_FOUND, DISK_FULL, errors of `admit`
   */
  commitVolume(machineId: string, path: string, image: CommitSpec): Promise<string>;

  /**
   * Returns the bytes that `commit` or `commitVolume` added to an image, without the original image.
   * @throws IMAGE_NOT_FOUND
   */
  measureImage(image: string): Promise<number>;

  /** Lists all images of this installation that `commit` and `commitVolume` created. */
  listImages(): Promise<SavedImageStatus[]>;

  /**
   * Removes an image that `commit` or `commitVolume` created, by a name or its id. Succeeds if it is already
   * gone. Refuses an image from which an existing machine was created.
   */
  removeImage(image: string): Promise<void>;
}

/** The image that a saved file system or volume becomes. */
export interface CommitSpec {
  repository: string;
  tag: string;
  labels: Record<string, string>;
  /** Called with the number of bytes; throws to reject them. */
  admit?: (bytes: number) => void | Promise<void>;
}

export interface SavedImageStatus {
  id: string;
  /** All its names, as `repository:tag`; empty if the engine lost them. */
  names: string[];
}
