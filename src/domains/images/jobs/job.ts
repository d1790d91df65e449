import type { PullLayer } from '../../../engine/engine-images.ts';
import type { Reason } from '../../../core/errors.ts';
import type { Actor } from '../../identity/actor.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';

export type JobKind = 'pull' | 'build' | 'prune' | 'mirror';

/** A queued job waits for a slot; the last three states are final. */
export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** Long work on images that a user requested. Its log is read separately, because it can be long. */
export interface Job {
  id: string;
  kind: JobKind;
  /** The name of the image, or what is pruned. */
  subject: string;
  state: JobState;
  /** Increases by one with every change. */
  version: number;
  progress: JobProgress;
  /** Why it failed. */
  reason: Reason | undefined;
  startedById: string;
  /** When a user cancelled it. */
  cancelledAt: Date | undefined;
  createdAt: Date;
  finishedAt: Date | undefined;
}

/** The progress of a job; each kind of job has some of the fields. */
export interface JobProgress {
  /** 0 to 100; undefined if unknown. */
  percent?: number | undefined;
  /** For a pull. */
  layers?: readonly PullLayer[];
  /** For a build: the current step of its Dockerfile, and the number of steps. */
  step?: { number: number; of: number } | undefined;
  /** The id of the pulled or built image. */
  imageId?: string;
  /** For a prune: the removed names, and the total size of the removed images. */
  removed?: readonly string[];
  removedBytes?: number;
}

/** Use cases of jobs. Staff may read them; admins start and cancel them. */
export interface JobService {
  /** @throws NOT_FOUND */
  get(actor: Actor | undefined, id: string): Promise<Job>;
  /**
   * Lists jobs, newest first.
   * @throws INPUT_INVALID
   */
  list(actor: Actor | undefined, filter: JobFilter, page: PageRequest): Promise<Page<Job>>;
  /**
   * Returns the last 256 KiB of its output.
   * @throws NOT_FOUND
   */
  log(actor: Actor | undefined, id: string): Promise<string>;
  /**
   * Cancels a job, which ends soon after; an ended job stays as it is. For admins.
   * @throws NOT_FOUND
   */
  cancel(actor: Actor | undefined, id: string): Promise<Job>;
}

export interface JobFilter {
  kind?: JobKind | undefined;
  states?: readonly JobState[] | undefined;
}

/** The work of a job. The job ends with this promise; its error is why the job failed. */
export type JobWork = (task: JobTask) => Promise<void>;

/** The job's interface for its work. */
export interface JobTask {
  /** Aborts when the job is cancelled or takes too long. */
  readonly signal: AbortSignal;
  /** Updates the given parts of the progress. */
  progress(change: JobProgress): void;
  /** Adds a line to the log. */
  print(line: string): void;
}
