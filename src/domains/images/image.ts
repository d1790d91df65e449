import type { Readable } from 'node:stream';
import type { Actor } from '../identity/actor.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { Job } from './jobs/job.ts';

/**
 * The origin of an image: pulled or built on request, built by set-up from a folder under images/, saved from a
 * learner's session, or not managed by Berth.
 */
export type ImageOrigin = 'pulled' | 'built' | 'set_up' | 'saved_state' | 'foreign';

/** An image on the engine, and its uses. */
export interface Image {
  /** The engine's image id. */
  id: string;
  /** Such as `debian:trixie`; without the internal names of pinned images. */
  names: string[];
  /** Such as `debian@sha256:…`. */
  digests: string[];
  /** Including layers that it shares with other images. */
  sizeBytes: number;
  createdAt: Date;
  origin: ImageOrigin;
  /** Slugs of the labs that name it. */
  labs: string[];
  /** Number of this installation's containers of the image, running or not. */
  machines: number;
  /** Number of other containers of the image. */
  foreignContainers: number;
  /** Slugs of the labs with a version that is pinned to it; some may no longer exist. */
  pinnedBy: string[];
  /** Whether a prune would remove it: it is managed and unused. */
  prunable: boolean;
}

/** A folder under images/ with a Dockerfile, which can be built without an upload. */
export interface ImageFolder {
  name: string;
  /** Name of its image. */
  image: string;
}

/**
 * Use cases of images. Staff may read them; everything else is for admins with the scope "manage". Methods that start a
 * job return the running one if the same job is in progress.
 */
export interface ImageService {
  /** @throws NOT_FOUND, ENGINE_UNREACHABLE */
  get(actor: Actor | undefined, id: string): Promise<Image>;
  /**
   * Lists images, newest first.
   * @throws INPUT_INVALID, ENGINE_UNREACHABLE
   */
  list(actor: Actor | undefined, page: PageRequest): Promise<Page<Image>>;
  /** Lists the folders by name. */
  folders(actor: Actor | undefined): Promise<ImageFolder[]>;
  /**
   * Pulls an image, or its changes.
   * @throws INPUT_INVALID, JOB_LIMIT
   */
  pull(actor: Actor | undefined, image: string): Promise<Job>;
  /**
   * Builds, tests and names the image of a folder.
   * @throws NOT_FOUND, JOB_LIMIT
   */
  buildFolder(actor: Actor | undefined, folder: string): Promise<Job>;
  /**
   * Builds an image from a tar, plain or compressed, with a Dockerfile at its top. Resolves when the tar was read
   * completely or is no longer needed; then it is destroyed.
   * @throws INPUT_INVALID, IMAGE_NOT_OURS if another image has the name, JOB_BUSY, JOB_LIMIT, or the error of the tar
   */
  buildUpload(actor: Actor | undefined, build: { name: string; tar: Readable }): Promise<Job>;
  /**
   * Removes a name, and the image with its last name. Returns false if the name does not exist.
   * @throws IMAGE_NOT_OURS, IMAGE_IN_USE
   */
  remove(actor: Actor | undefined, name: string): Promise<boolean>;
  /**
   * Removes the managed images that are unused.
   * @throws JOB_LIMIT
   */
  prune(actor: Actor | undefined): Promise<Job>;
}
