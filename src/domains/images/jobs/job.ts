import type { PullLayer } from '../../../engine/engine-images.ts';
import type { Reason } from '../../../core/errors.ts';
import type { Actor } from '../../identity/actor.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';

export type JobKind = 'pull' | 'build' | 'prune' | 'mirror';

/** A queued job waits for its turn; the last three are ends. */
export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** Long work on images that somebody asked for. What it printed is read by itself: it can be long. */
export interface Job {
  id: string;
  kind: JobKind;
  /** What it is about: the name of an image, or what is pruned. */
  subject: string;
  state: JobState;
  /** Grows by one with every change. */
  version: number;
  progress: JobProgress;
  /** Why it failed. */
  reason: Reason | undefined;
  startedById: string;
  /** When somebody asked for its end. */
  cancelledAt: Date | undefined;
  createdAt: Date;
  finishedAt: Date | undefined;
}

/** How far a job is: of each kind what it has. */
export interface JobProgress {
  /** 0 to 100, where it is known. */
  percent?: number | undefined;
  /** Of a pull. */
  layers?: readonly PullLayer[];
  /** Of a build: the present step of its Dockerfile, and how many there are. */
  step?: { number: number; of: number } | undefined;
  /** What came of it: the id of the image that was pulled or built. */
  imageId?: string;
  /** Of a prune: the names that were removed, and the sizes of the images that went with them, together. */
  removed?: readonly string[];
  removedBytes?: number;
}

/** Use cases of jobs. Staff may look at them; admins start and cancel them. */
export interface JobService {
  /** @throws NOT_FOUND */
  get(actor: Actor | undefined, id: string): Promise<Job>;
  /** Newest first. @throws INPUT_INVALID */
  list(actor: Actor | undefined, filter: JobFilter, page: PageRequest): Promise<Page<Job>>;
  /** What it printed, the last 256 KiB. @throws NOT_FOUND */
  log(actor: Actor | undefined, id: string): Promise<string>;
  /** Asks for its end, which comes soon after; one that has ended stays as it is. For admins. @throws NOT_FOUND */
  cancel(actor: Actor | undefined, id: string): Promise<Job>;
}

export interface JobFilter {
  kind?: JobKind | undefined;
  states?: readonly JobState[] | undefined;
}

/** What a job does. It ends when its promise does; what it throws is why it failed. */
export type JobWork = (task: JobTask) => Promise<void>;

/** The job as its work sees it. */
export interface JobTask {
  /** Aborted when it is not wanted any more, or takes too long. */
  readonly signal: AbortSignal;
  /** Changes the parts of the progress that are given. */
  progress(change: JobProgress): void;
  /** Adds a line to what it printed. */
  print(line: string): void;
}
