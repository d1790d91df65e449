import type { RegistryLogin } from './engine-images.ts';

/**
 * Port to the registry of images that an engine keeps for its labs. Every method throws
 * `ENGINE_UNREACHABLE` when the engine does not answer, and `LOCAL_REGISTRY_UNAVAILABLE` with a
 * reason when the registry cannot be had or does not answer.
 */
export interface EngineRegistry {
  /** Makes sure that it runs: makes anew what is gone, stopped, or of another build of its image. */
  ensure(): Promise<void>;

  /** Removes all of it but the images that it holds. */
  remove(): Promise<void>;

  /** Removes all of it, and the images that it holds. */
  destroy(): Promise<void>;

  /** Host and port by which the engine itself reaches it: what names of its images begin with. */
  address(): Promise<string>;

  /**
   * Puts an image of the engine there under this name and tag. What was there by the tag loses it.
   * @throws IMAGE_NOT_FOUND, IMAGE_NOT_OURS where another image has on the engine the name that this
   * takes, LOCAL_REGISTRY_REFUSED, DISK_FULL, or `signal`'s reason when aborted
   */
  push(reference: string, as: { name: string; tag: string }, options: PushOptions): Promise<void>;

  /** What it holds, by name; of a very large registry the first few hundred names. */
  list(): Promise<RegistryImage[]>;

  /** Digest of what a tag of it means; undefined where there is no such tag. Tags of the same content have the same. */
  digest(name: string, tag: string): Promise<string | undefined>;

  /** Removes what a tag of it means, with the other tags of the same content. @throws NOT_FOUND, LOCAL_REGISTRY_REFUSED */
  delete(name: string, tag: string): Promise<void>;

  /**
   * Keeps what it has fetched from another registry within so many bytes: removes what nobody asked
   * for longest. Answers the bytes of before and of now; none where it fetches nothing.
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
  /** Told of the name that the image is about to get on the engine for as long as this takes; not of one that it has. */
  onName?: ((given: { name: string; imageId: string }) => Promise<void>) | undefined;
  /** How to sign in, where the registry asks for that. */
  login?: RegistryLogin | undefined;
  /** Called as it goes on, with all layers known so far. */
  onLayers: (layers: readonly PushLayer[]) => void;
}

/** A layer on its way to the registry. */
export interface PushLayer {
  /** The engine's short id of it. */
  id: string;
  phase: 'waiting' | 'uploading' | 'done';
  /** Bytes so far, and in all; in all is undefined until it is known. */
  current: number;
  total: number | undefined;
}
