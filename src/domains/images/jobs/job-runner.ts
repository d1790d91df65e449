import type { Clock } from '../../../core/clock.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { EventBus } from '../../../infra/bus/event-bus.ts';
import { newId } from '../../../core/ids.ts';
import { LEASE_LOST, newLease, withLease } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { Log } from '../../../core/log.ts';
import { failure } from './interrupted-jobs.ts';
import type { InterruptedJobs } from './interrupted-jobs.ts';
import type { TellJob } from './job-news.ts';
import { createJobReport } from './job-report.ts';
import type { JobEnd, JobStore, NewJob } from './job-store.ts';
import type { Job, JobWork } from './job.ts';

/** Jobs of one process at the same time: each loads disk and network; others wait their turn. */
const RUNNING_LIMIT = 3;
/** Jobs of one process that wait: more is a script gone wild. */
const WAITING_LIMIT = 50;
/** Longest job, in minutes: a large image on a slow line, and a build that compiles. */
const LONGEST_MINUTES = 120;

/** Why a job ends early. */
const CANCELLED = new Error('The job was cancelled.');

export type JobRunner = ReturnType<typeof createJobRunner>;

export interface JobRunnerOptions {
  jobs: JobStore;
  interrupted: InterruptedJobs;
  tell: TellJob;
  events: Pick<EventBus, 'listen'>;
  clock: Clock;
  log: Log;
  /** Names this process among those that share the database. */
  owner: string;
}

/** Does the jobs that this process was asked for, a few at a time, first come first served. */
export function createJobRunner(options: JobRunnerOptions) {
  const { jobs, interrupted, tell, events, clock, log, owner } = options;
  const entries = new Map<string, { abort: AbortController; version: number }>();
  const underWay = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let stopped = false;

  // That its end is asked for is told to all processes; renewing would find it too, later.
  const stopListening = events.listen('job.changed', ({ jobId, version }) => {
    if (version > (entries.get(jobId)?.version ?? version)) void look(jobId);
  });

  /** Tells of a change that was made here. */
  function tellOwn(job: Job): void {
    const entry = entries.get(job.id);
    if (entry) entry.version = job.version;
    if (job.cancelledAt) entry?.abort.abort(CANCELLED);
    tell(job);
  }

  /** Whether the job is this process's still; its end may have been asked for. */
  async function renew(id: string, lease: Lease): Promise<boolean> {
    const found = await jobs.renew(id, lease);
    if (found === 'cancelled') entries.get(id)?.abort.abort(CANCELLED);
    return found !== 'lost';
  }

  async function look(id: string): Promise<void> {
    try {
      if (!(await renew(id, newLease(clock, owner)))) entries.get(id)?.abort.abort(LEASE_LOST);
    } catch (error) {
      notRenewed(id, error);
    }
  }

  function notRenewed(id: string, error: unknown): void {
    log.warn({ err: error, jobId: id }, 'lease on a running job not renewed');
  }

  /** Resolves when it is this one's turn; rejects with the signal's reason when aborted before. */
  async function turn(signal: AbortSignal): Promise<void> {
    if (running >= RUNNING_LIMIT) {
      await new Promise<void>((resolve, reject) => {
        const leave = () => {
          waiting.splice(waiting.indexOf(go), 1);
          reject(signal.reason);
        };
        const go = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        waiting.push(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    } else running++;
  }

  /** The place goes on to who waits longest. */
  function release(): void {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }

  async function work(id: string, todo: JobWork, signal: AbortSignal): Promise<void> {
    const report = createJobReport({
      clock,
      async write(change) {
        const job = await jobs.report(id, owner, change);
        if (job) tellOwn(job);
      },
      onError: (error) => log.warn({ err: error, jobId: id }, 'The progress of a job could not be stored.'),
    });
    try {
      await todo({ signal, progress: report.progress, print: report.print });
    } finally {
      await report.close();
    }
  }

  async function runInTurn(id: string, todo: JobWork, abort: AbortController, signal: AbortSignal) {
    signal.throwIfAborted();
    await turn(signal);
    const over = new AbortController();
    try {
      const begun = await jobs.begin(id, owner);
      if (!begun) throw CANCELLED;
      tellOwn(begun);
      endInTime(abort, over.signal);
      await work(id, todo, signal);
    } finally {
      release();
      over.abort();
    }
  }

  async function run(id: string, todo: JobWork, abort: AbortController): Promise<JobEnd | undefined> {
    const held = {
      owner,
      renew: (lease: Lease) => renew(id, lease),
      clock,
      signal: abort.signal,
      onError: (error: unknown) => notRenewed(id, error),
    };
    try {
      await withLease(held, (signal) => runInTurn(id, todo, abort, signal));
      return { state: 'succeeded' };
    } catch (cause) {
      if (cause === LEASE_LOST) return undefined;
      if (cause === CANCELLED) return { state: 'cancelled' };
      if (!isFault(cause)) log.error({ err: cause, jobId: id }, 'A job failed.');
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
      if (job) tell(job);
    } catch (error) {
      // The sweep of some process ends it when the lease expires.
      log.error({ err: error, jobId: id }, 'The end of a job could not be stored.');
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
     * Stores a job and does it as soon as it is its turn; where one of its kind on that thing is
     * under way, in whatever process, answers that one, and `todo` is never called.
     * @throws JOB_LIMIT, SHUTTING_DOWN
     */
    async start(
      asked: Omit<NewJob, 'id' | 'createdAt'>,
      todo: JobWork,
    ): Promise<{ job: Job; isNew: boolean; done: Promise<void> }> {
      for (;;) {
        if (stopped) throw fault('SHUTTING_DOWN');
        if (waiting.length >= WAITING_LIMIT) throw fault('JOB_LIMIT', { limit: WAITING_LIMIT });
        const job = await insert(asked);
        if (job) {
          const abort = new AbortController();
          if (stopped) abort.abort(fault('JOB_INTERRUPTED'));
          entries.set(job.id, { abort, version: job.version });
          tell(job);
          const done = runAndStore(job.id, todo, abort).finally(() => underWay.delete(done));
          underWay.add(done);
          return { job, isNew: true, done };
        }
        // The process that does it may have died; and it may end before it is looked up.
        await interrupted.end();
        const present = await jobs.findActive(asked.kind, asked.thing ?? asked.subject);
        if (present) return { job: present, isNew: false, done: Promise.resolve() };
      }
    },

    /** Ends all that is under way here as interrupted; resolves when that is stored. */
    async stop(): Promise<void> {
      stopped = true;
      stopListening();
      for (const { abort } of entries.values()) abort.abort(fault('JOB_INTERRUPTED'));
      await Promise.all(underWay);
    },
  };
}
