import type { Readable } from 'node:stream';

/**
 * Port to an engine's images, for what set-up does with them. Every method throws
 * `ENGINE_UNREACHABLE` when the engine does not answer, and `ENGINE_REFUSED` with its words when it
 * refuses for a reason that has no code of its own.
 */
export interface EngineImages {
  /** The image by name or id, or undefined where the engine does not hold it. */
  find(reference: string): Promise<FoundImage | undefined>;

  /** All names that images of the repository go by, such as `berth/lab-linux:latest`. */
  listNames(repository: string): Promise<string[]>;

  /**
   * Makes sure that the engine holds an image, from its registry where it does not yet. `percent` is
   * undefined until it is known.
   * @throws IMAGE_NOT_FOUND when the registry does not have it, or does not answer within seconds;
   * `signal`'s reason when aborted
   */
  findOrPull(
    reference: string,
    options: { signal?: AbortSignal; onPercent: (percent: number | undefined) => void },
  ): Promise<void>;

  /** Makes an image named `reference` from a root file system. @throws DISK_FULL */
  importTar(reference: string, tar: Readable): Promise<void>;

  /**
   * Builds an image and answers its id; it has no name yet.
   * @throws IMAGE_BUILD_FAILED with the failing step and the end of its output; DISK_FULL
   */
  build(spec: ImageBuildSpec): Promise<string>;

  /** Gives an image a further name, taking it from whichever had it. */
  tag(reference: string, name: string): Promise<void>;

  /** Removes a name, and the image with its last one. `in-use` leaves it: a container needs it. */
  remove(reference: string): Promise<'removed' | 'in-use' | 'absent'>;

  /**
   * Runs a script in a container of the image, which is removed afterwards, without a network.
   * `exitCode` is undefined when it had to be stopped after `timeoutMs`.
   */
  runScript(
    reference: string,
    script: { text: string; timeoutMs: number },
  ): Promise<{ exitCode: number | undefined; output: string }>;
}

export interface FoundImage {
  id: string;
  /** Names by the digests of registries that it came from or went to, such as `ubuntu@sha256:…`. */
  digests: string[];
  labels: Record<string, string>;
}

export interface ImageBuildSpec {
  /** What the image is called in errors. */
  name: string;
  /** The files of the build context, the Dockerfile among them. */
  files: BuildFile[];
  /** Values of the Dockerfile's ARG lines. */
  arguments: Record<string, string>;
  labels: Record<string, string>;
  /** Called with each line of the build's log. */
  onOutput: (line: string) => void;
}

export interface BuildFile {
  /** Path in the context, with `/` between its parts. */
  path: string;
  content: Buffer;
  executable: boolean;
}
