import type { Clock } from '../../../core/clock.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { createQueue } from '../../../core/queue.ts';
import type { EventBus } from '../../../infra/bus/event-bus.ts';
import { newId } from '../../../core/ids.ts';
import { LEASE_LOST, newLease, withLease } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { Log } from '../../../core/log.ts';
import { failure } from './interrupted-jobs.ts';
import type { InterruptedJobs } from './interrupted-jobs.ts';
import type { PublishJob } from './job-report.ts';
import { createJobReport } from './job-report.ts';
import type { JobEnd, JobStore, NewJob } from './job-store.ts';
import type { Job, JobWork } from './job.ts';

/** Maximum number of running jobs per process: each uses disk and network. Others wait in the queue. */
const RUNNING_LIMIT = 3;
/** Maximum number of waiting jobs per process: more indicate a faulty script. */
const WAITING_LIMIT = 50;
/** Time limit of a job, in minutes: enough for a large image on a slow connection, or a build that compiles. */
const LONGEST_MINUTES = 120;

/** The reason of a job that was cancelled. */
const CANCELLED = new Error('The job was cancelled.');

export type JobRunner = ReturnType<typeof createJobRunner>;

interface JobRunnerOptions {
  jobs: JobStore;
  interrupted: InterruptedJobs;
  publishJob: PublishJob;
  events: Pick<EventBus, 'listen'>;
  clock: Clock;
  log: Log;
  /** Unique name of this process among all that share the database. */
  owner: string;
}

/** Creates the runner of this process's jobs, which runs a few at a time, first in, first out. */
export function createJobRunner(options: JobRunnerOptions) {
  const { jobs, interrupted, publishJob, events, clock, log, owner } = options;
  const entries = new Map<string, { abort: AbortController; version: number }>();
  const activeJobs = new Set<Promise<void>>();
  const queue = createQueue(RUNNING_LIMIT);
  let stopped = false;

  // All processes get the event of a cancellation. If it is lost, the renewal of the lease notices the cancellation
  // later.
  const stopListening = events.listen('job.changed', ({ jobId, version }) => {
    if (version > (entries.get(jobId)?.version ?? version)) void checkCancelled(jobId);
  });

  /** Publishes a change that this process made. */
  function publishOwn(job: Job): void {
    const entry = entries.get(job.id);
    if (entry) entry.version = job.version;
    if (job.cancelledAt) entry?.abort.abort(CANCELLED);
    publishJob(job);
  }

  /** Renews the lease, and cancels the job if that was requested. Returns false if the lease was lost. */
  async function renew(id: string, lease: Lease): Promise<boolean> {
    const found = await jobs.renew(id, lease);
    if (found === 'cancelled') entries.get(id)?.abort.abort(CANCELLED);
    return found !== 'lost';
  }

  async function checkCancelled(id: string): Promise<void> {
    try {
      if (!(await renew(id, newLease(clock, owner)))) entries.get(id)?.abort.abort(LEASE_LOST);
    } catch (error) {
      logNotRenewed(id, error);
    }
  }

  function logNotRenewed(id: string, error: unknown): void {
    log.warn({ err: error, jobId: id }, 'lease on a running job not renewed');
  }

  async function work(id: string, todo: JobWork, signal: AbortSignal): Promise<void> {
    const report = createJobReport({
      clock,
      async write(change) {
        const job = await jobs.report(id, owner, change);
        if (job) publishOwn(job);
      },
      onError: (error) => log.warn({ err: error, jobId: id }, 'storing the progress of a job failed'),
    });
    try {
      await todo({ signal, progress: report.progress, print: report.print });
    } finally {
      await report.close();
    }
  }

  async function runInSlot(id: string, todo: JobWork, abort: AbortController, signal: AbortSignal) {
    const release = await queue.acquire(signal);
    const over = new AbortController();
    try {
      const started = await jobs.begin(id, owner);
      if (!started) throw CANCELLED;
      publishOwn(started);
      endInTime(abort, over.signal);
      await work(id, todo, signal);
    } finally {
      release();
      over.abort();
    }
  }

  async function run(id: string, todo: JobWork, abort: AbortController): Promise<JobEnd | undefined> {
    const lease = {
      owner,
      renew: (next: Lease) => renew(id, next),
      clock,
      signal: abort.signal,
      onError: (error: unknown) => logNotRenewed(id, error),
    };
    try {
      await withLease(lease, (signal) => runInSlot(id, todo, abort, signal));
      return { state: 'succeeded' };
    } catch (cause) {
      if (cause === LEASE_LOST) return undefined;
      if (cause === CANCELLED) return { state: 'cancelled' };
      if (!isFault(cause)) log.error({ err: cause, jobId: id }, 'a job failed');
      return failure(isFault(cause) ? cause : fault('INTERNAL'));
    }
  }

  function endInTime(abort: AbortController, over: AbortSignal): void {
    clock.sleep(LONGEST_MINUTES * 60_000, over).then(
      () => abort.abort(fault('JOB_TIMED_OUT', { minutes: LONGEST_MINUTES })),
      () => undefined,
    );
  }

  async function runAndStore(id: string, todo: JobWork, abort: AbortController): Promise<void> {
    try {
      const end = await run(id, todo, abort);
      const job = end && (await jobs.finish(id, owner, end, clock.now()));
      if (job) publishJob(job);
    } catch (error) {
      // The recovery of another process ends the job when the lease expires.
      log.error({ err: error, jobId: id }, 'storing the end of a job failed');
    } finally {
      entries.delete(id);
    }
  }

  async function insert(asked: Omit<NewJob, 'id' | 'createdAt'>): Promise<Job | undefined> {
    const createdAt = clock.now();
    return jobs.insert({ ...asked, id: newId(createdAt), createdAt }, newLease(clock, owner));
  }

  return {
    /**
     * Stores a job and runs it when a slot is free. If the same kind of job is in progress for the same target in any
     * process, returns that one, and never calls `todo`.
     * @throws JOB_LIMIT, SHUTTING_DOWN
     */
    async start(
      asked: Omit<NewJob, 'id' | 'createdAt'>,
      todo: JobWork,
    ): Promise<{ job: Job; isNew: boolean; done: Promise<void> }> {
      for (;;) {
        if (stopped) throw fault('SHUTTING_DOWN');
        if (queue.waiting() >= WAITING_LIMIT) throw fault('JOB_LIMIT', { limit: WAITING_LIMIT });
        const job = await insert(asked);
        if (job) {
          const abort = new AbortController();
          if (stopped) abort.abort(fault('JOB_INTERRUPTED'));
          entries.set(job.id, { abort, version: job.version });
          publishJob(job);
          const done = runAndStore(job.id, todo, abort).finally(() => activeJobs.delete(done));
          activeJobs.add(done);
          return { job, isNew: true, done };
        }
        // The lease owner may be dead, or the job may end before this process reads it.
        await interrupted.end();
        const present = await jobs.findActive(asked.kind, asked.thing ?? asked.subject);
        if (present) return { job: present, isNew: false, done: Promise.resolve() };
      }
    },

    /** Ends all of this process's jobs as interrupted. Resolves when that is stored. */
    async stop(): Promise<void> {
      stopped = true;
      stopListening();
      for (const { abort } of entries.values()) abort.abort(fault('JOB_INTERRUPTED'));
      await Promise.all(activeJobs);
    },
  };
}
