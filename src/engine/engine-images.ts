import type { Readable } from 'node:stream';

/**
 * Port to an engine's images. Every method throws `ENGINE_UNREACHABLE` when the engine does not
 * answer, and `ENGINE_REFUSED` with its words when it refuses for a reason that has no code of its
 * own. What is aborted throws its signal's reason.
 */
export interface EngineImages {
  /** The image by name or id, or undefined where the engine does not hold it. */
  find(reference: string): Promise<FoundImage | undefined>;

  /** All images but the inner steps of builds, with who uses them; newest first. */
  list(): Promise<EngineImage[]>;

  /** All names that images of the repository go by, such as `berth/lab-linux:latest`. */
  listNames(repository: string): Promise<string[]>;

  /**
   * Makes sure that the engine holds an image, from its registry where it does not yet. `percent` is
   * undefined until it is known.
   * @throws as `pull`
   */
  findOrPull(
    reference: string,
    options: { signal?: AbortSignal; onPercent: (percent: number | undefined) => void },
  ): Promise<void>;

  /**
   * Fetches an image from its registry, or what has changed of it.
   * @throws IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE when the registry is silent for seconds,
   * REGISTRY_DENIED, DISK_FULL: each with the registry's words
   */
  pull(reference: string, options: ImagePullOptions): Promise<PulledImage>;

  /** Makes an image named `reference` from a root file system. @throws DISK_FULL */
  importTar(reference: string, tar: Readable): Promise<void>;

  /**
   * Builds an image and answers its id; it has no name yet. An abort stops the step that runs.
   * @throws IMAGE_BUILD_FAILED with the failing step and the end of its output; DISK_FULL
   */
  build(spec: ImageBuildSpec): Promise<string>;

  /** Gives an image a further name, taking it from whichever had it. */
  tag(reference: string, name: string): Promise<void>;

  /** Removes a name, and the image with its last one. `in-use` leaves it: a container or another image needs it. */
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

/** An image as the engine has it, and who uses it. */
export interface EngineImage {
  id: string;
  /** Names that it goes by, such as `debian:trixie`; none for one that lost its name to a newer one. */
  names: string[];
  /** Names by the digests of registries, such as `debian@sha256:…`. */
  digests: string[];
  /** With the layers that it shares with others. */
  sizeBytes: number;
  createdAt: Date;
  /** What it is to Berth by its labels: one that set-up builds, or a learner's saved work; undefined for any other. */
  role: 'set-up' | 'saved-state' | undefined;
  /** Containers of this installation that are made from it, running or not. */
  machines: number;
  /** Containers of anybody else. */
  foreignContainers: number;
}

export interface ImagePullOptions {
  signal?: AbortSignal | undefined;
  /** Called as it goes on, with all layers known so far. */
  onLayers: (layers: readonly PullLayer[]) => void;
}

/** A layer on its way to the engine. */
export interface PullLayer {
  /** The engine's short id of it. */
  id: string;
  phase: 'waiting' | 'downloading' | 'extracting' | 'done';
  /** Bytes so far in this phase, and in all; in all is undefined until it is known. */
  current: number;
  total: number | undefined;
}

export interface PulledImage {
  id: string;
  /** Id of the image that went by this name before; undefined where the name is new. */
  formerId: string | undefined;
}

/** How to sign in to a registry. */
export interface RegistryLogin {
  username: string;
  password: string;
}

export interface ImageBuildSpec {
  /** What the image is called in errors. */
  name: string;
  /** The build context, its Dockerfile among it: files, or a tar of them, plain or compressed, read as it comes. */
  context: readonly BuildFile[] | Readable;
  /** Values of the Dockerfile's ARG lines. */
  arguments: Record<string, string>;
  labels: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Called with each line of the build's log. */
  onOutput: (line: string) => void;
  /** Called when the build does not come to its end, with the id of what its steps made until then: it speeds up the next, and has no name. */
  onLeftover?: (id: string) => Promise<void>;
}

export interface BuildFile {
  /** Path in the context, with `/` between its parts. */
  path: string;
  content: Buffer;
  executable: boolean;
}
