import type { RegistryLogin } from './engine-images.ts';

/**
 * Port to the image registry that an engine runs for its labs. Every method throws `ENGINE_UNREACHABLE` if
 * the engine does not answer, and `LOCAL_REGISTRY_UNAVAILABLE` with a reason if the registry does not run
 * or does not answer.
 */
export interface EngineRegistry {
  /**
   * Makes sure that the registry runs. Recreates parts that are missing, stopped or from another build of the
   * image.
   */
  ensure(): Promise<void>;

  /** Removes the registry, but keeps its images. */
  remove(): Promise<void>;

  /** Removes the registry and its images. */
  destroy(): Promise<void>;

  /** Returns the host and port under which the engine knows the registry: the prefix of its image names. */
  address(): Promise<string>;

  /**
   * Pushes an image of the engine under this name and tag. The tag moves from an image that had it.
   * @throws IMAGE_NOT_FOUND, IMAGE_NOT_OURS if another image on the engine already has the required name,
   * LOCAL_REGISTRY_REFUSED, DISK_FULL, or `signal`'s reason when aborted
   */
  push(reference: string, as: { name: string; tag: string }, options: PushOptions): Promise<void>;

  /** Lists the registry's images by name; of a very large registry, the first few hundred names. */
  list(): Promise<RegistryImage[]>;

  /**
   * Returns the digest of a tag; undefined if the tag does not exist. Tags of the same content have the same
   * digest.
   */
  digest(name: string, tag: string): Promise<string | undefined>;

  /**
   * Removes the image of a tag, and all other tags of the same content.
   * @throws NOT_FOUND, LOCAL_REGISTRY_REFUSED
   */
  delete(name: string, tag: string): Promise<void>;

  /**
   * Limits the cache of images from another registry to this many bytes, and removes the least recently used.
   * Returns the bytes before and after; 0 if the registry has no cache.
   */
  trim(limitBytes: number): Promise<{ before: number; now: number }>;
}

/** A repository of a registry. */
export interface RegistryImage {
  /** Name within the registry, such as `library/ubuntu`. */
  name: string;
  tags: string[];
}

export interface PushOptions {
  signal?: AbortSignal | undefined;
  /** Called with the name that the image gets on the engine during the push, unless it already has it. */
  onName?: ((given: { name: string; imageId: string }) => Promise<void>) | undefined;
  /** Credentials, if the registry requires them. */
  login?: RegistryLogin | undefined;
  /** Called on progress, with all layers known so far. */
  onLayers: (layers: readonly PushLayer[]) => void;
}

/** A layer that the engine is pushing. */
export interface PushLayer {
  /** The engine's short id of the layer. */
  id: string;
  phase: 'waiting' | 'uploading' | 'done';
  /** Bytes done, and their total; the total is undefined until it is known. */
  current: number;
  total: number | undefined;
}
