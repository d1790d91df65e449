import type { Readable } from 'node:stream';
import type { Actor } from '../identity/actor.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { Job } from './jobs/job.ts';

/**
 * Where an image comes from: Berth pulled or built it because somebody asked, set-up builds it of a
 * folder under images/, a learner's saved work is in it, or it is none of Berth's business.
 */
export type ImageOrigin = 'pulled' | 'built' | 'set_up' | 'saved_state' | 'foreign';

/** An image on the engine, and who uses it. */
export interface Image {
  /** The engine's id of it. */
  id: string;
  /** Such as `debian:trixie`; without those by which Berth holds what is pinned. */
  names: string[];
  /** Such as `debian@sha256:…`. */
  digests: string[];
  /** With the layers that it shares with others. */
  sizeBytes: number;
  createdAt: Date;
  origin: ImageOrigin;
  /** Slugs of the labs that name it. */
  labs: string[];
  /** Containers of this Berth that are made from it, running or not. */
  machines: number;
  /** Containers of anybody else. */
  foreignContainers: number;
  /** Slugs of the labs of which a version is always started with it; some may be gone. */
  pinnedBy: string[];
  /** Whether a prune would remove it: Berth's own, and nobody uses it. */
  prunable: boolean;
}

/** What can be built without an upload: a folder under images/ with a Dockerfile. */
export interface ImageFolder {
  name: string;
  /** What its image is called. */
  image: string;
}

/** Use cases of images. Staff may look at them; the rest is for admins, with the scope "manage". */
export interface ImageService {
  /** @throws NOT_FOUND, ENGINE_UNREACHABLE */
  get(actor: Actor | undefined, id: string): Promise<Image>;
  /** Newest first. @throws INPUT_INVALID, ENGINE_UNREACHABLE */
  list(actor: Actor | undefined, page: PageRequest): Promise<Page<Image>>;
  /** By name. */
  folders(actor: Actor | undefined): Promise<ImageFolder[]>;
  /** Fetches an image, or what has changed of it; the job that does so already where there is one. @throws INPUT_INVALID, JOB_LIMIT */
  pull(actor: Actor | undefined, image: string): Promise<Job>;
  /** Builds the image of a folder, tries it, and gives it its name; the job that does so already where there is one. @throws NOT_FOUND, JOB_LIMIT */
  buildFolder(actor: Actor | undefined, folder: string): Promise<Job>;
  /**
   * Builds an image of a tar, plain or compressed, with a Dockerfile at its top. Answers when the
   * tar was read to its end or is not wanted any more; it is destroyed when it was not.
   * @throws INPUT_INVALID, IMAGE_NOT_OURS when the name is another image's, JOB_BUSY, JOB_LIMIT, or what ended the tar
   */
  buildUpload(actor: Actor | undefined, build: { name: string; tar: Readable }): Promise<Job>;
  /** Removes a name, and the image with its last one; false when there is none of that name. @throws IMAGE_NOT_OURS, IMAGE_IN_USE */
  remove(actor: Actor | undefined, name: string): Promise<boolean>;
  /** Removes Berth's own images that nobody uses; the job that does so already where there is one. @throws JOB_LIMIT */
  prune(actor: Actor | undefined): Promise<Job>;
}
