import type { Readable } from 'node:stream';

/**
 * Port to an engine's images. Every method throws `ENGINE_UNREACHABLE` if the engine does not answer, and
 * `ENGINE_REFUSED` with the engine's message if it refuses for a reason without its own code. An aborted
 * call throws its signal's reason.
 */
export interface EngineImages {
  /** Finds an image by name or id. Returns undefined if the engine does not have it. */
  find(reference: string): Promise<FoundImage | undefined>;

  /** Lists all images except intermediate build images, with the containers that use them; newest first. */
  list(): Promise<EngineImage[]>;

  /** Lists all names of a repository's images, such as `berth/lab-linux:latest`. */
  listNames(repository: string): Promise<string[]>;

  /**
   * Makes sure that the engine has an image, and pulls it if it does not. `percent` is undefined until it is
   * known.
   * @throws the same errors as `pull`
   */
  findOrPull(
    reference: string,
    options: { signal?: AbortSignal; onPercent: (percent: number | undefined) => void },
  ): Promise<void>;

  /**
   * Pulls an image from its registry, or what changed in it.
   * @throws IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE if the registry is silent for seconds,
   * REGISTRY_DENIED, DISK_FULL: each with the registry's message
   */
  pull(reference: string, options: ImagePullOptions): Promise<PulledImage>;

  /** Creates an image named `reference` from a root file system. @throws DISK_FULL */
  importTar(reference: string, tar: Readable): Promise<void>;

  /**
   * Builds an image and returns its id; it has no name yet. An abort stops the running step.
   * @throws IMAGE_BUILD_FAILED with the failing step and the end of its output; DISK_FULL
   */
  build(spec: ImageBuildSpec): Promise<string>;

  /** Gives an image an additional name. An image that had this name loses it. */
  tag(reference: string, name: string): Promise<void>;

  /**
   * Removes a name, and the image with its last name. `in-use`: a container or another image needs it, and it
   * stays.
   */
  remove(reference: string): Promise<'removed' | 'in-use' | 'absent'>;

  /**
   * Runs a script in a temporary container of the image, without a network.
   * `exitCode` is undefined if it was stopped after `timeoutMs`.
   */
  runScript(
    reference: string,
    script: { text: string; timeoutMs: number },
  ): Promise<{ exitCode: number | undefined; output: string }>;
}

export interface FoundImage {
  id: string;
  /** Digests under which registries know the image, such as `ubuntu@sha256:…`. */
  digests: string[];
  labels: Record<string, string>;
}

/** An image on the engine and its use. */
export interface EngineImage {
  id: string;
  /** The names of the image, such as `debian:trixie`; empty if a newer image took its name. */
  names: string[];
  /** Digests under which registries know the image, such as `debian@sha256:…`. */
  digests: string[];
  /** Includes the layers that it shares with other images. */
  sizeBytes: number;
  createdAt: Date;
  /**
   * Its role in Berth, by its labels: built by set-up, or a learner's saved work. Undefined for any other
   * image.
   */
  role: 'set-up' | 'saved-state' | undefined;
  /** Containers of this installation that use the image, running or not. */
  machines: number;
  /** All other containers that use the image. */
  foreignContainers: number;
}

export interface ImagePullOptions {
  signal?: AbortSignal | undefined;
  /** Called on progress, with all layers known so far. */
  onLayers: (layers: readonly PullLayer[]) => void;
}

/** A layer that the engine is pulling. */
export interface PullLayer {
  /** The engine's short id of the layer. */
  id: string;
  phase: 'waiting' | 'downloading' | 'extracting' | 'done';
  /** Bytes done in this phase, and their total; the total is undefined until it is known. */
  current: number;
  total: number | undefined;
}

export interface PulledImage {
  id: string;
  /** Id of the image that had this name before; undefined if the name is new. */
  formerId: string | undefined;
}

/** Credentials for a registry. */
export interface RegistryLogin {
  username: string;
  password: string;
}

export interface ImageBuildSpec {
  /** Name of the image in error messages. */
  name: string;
  /**
   * The build context including its Dockerfile: files, or a stream with a tar archive, plain or compressed.
   */
  context: readonly BuildFile[] | Readable;
  /** Values of the Dockerfile's ARG lines. */
  arguments: Record<string, string>;
  labels: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Called with each line of the build's log. */
  onOutput: (line: string) => void;
  /**
   * Called if the build fails, with the id of the last step's unnamed image, which speeds up the next build.
   */
  onLeftover?: (id: string) => Promise<void>;
}

export interface BuildFile {
  /** Path in the context, with `/` as separator. */
  path: string;
  content: Buffer;
  executable: boolean;
}
