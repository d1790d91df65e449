import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import { noReason } from '../../../infra/database/reason-columns.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import { LEASE_LOST, newLease, withLease } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { Log } from '../../../core/log.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import { noSaveProblem } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionChanges, SessionRow, SessionStore } from '../session-store.ts';
import type { FailedSave } from './failed-save.ts';
import type { ForkStore, NewFork } from './resume-store.ts';
import type { SaveImages } from './save-images.ts';
import type { SavedQuota } from './saved-quota.ts';
import type { NewSavedState, SavedStateStore } from './saved-state-store.ts';
import { createQueue } from '../../../core/queue.ts';
import { DAY_MS } from '../../../core/units.ts';

/** Sessions that this process saves at the same time: each reads and writes gigabytes on one disk. */
const AT_ONCE = 2;

/** Columns without a reason and without a problem of an earlier save. */
const noProblems = { ...noReason, ...noSaveProblem };

/** Why a session ends that is saved first. */
interface Ending {
  /** The columns of the reason. */
  why: SessionChanges;
}

export type Saver = ReturnType<typeof createSaver>;

/**
 * Saves sessions, a few at a time. `onSaved` is called when an environment can be torn down, `onCopied` when a copy was
 * queued.
 */
export function createSaver(options: {
  store: Pick<SessionStore, 'change'>;
  states: SavedStateStore;
  forks: ForkStore;
  changer: SessionChanger;
  saveImages: SaveImages;
  quota: Pick<SavedQuota, 'reserve'>;
  giveUp: FailedSave;
  engine: Pick<Engine, 'stop'>;
  clock: Clock;
  owner: string;
  /** Days until a state expires. */
  days: number;
  log: Log;
  onSaved: () => void;
  onCopied: () => void;
}) {
  const { store, states, forks, changer, saveImages, quota, giveUp, engine, clock, owner, days, log } =
    options;
  const queue = createQueue(AT_ONCE);
  const underWay = new Map<
    string,
    { sessionId: string; generation: number; abort: AbortController; done: Promise<void> }
  >();
  /** States whose rows are not stored yet, so that no check takes them for abandoned. */
  const starting = new Set<string>();
  let stopped = false;

  const lease = () => newLease(clock, owner);
  const newExpiry = () => new Date(clock.now().getTime() + days * DAY_MS);

  function newState(madeById: string): NewSavedState {
    const createdAt = clock.now();
    return { id: newId(createdAt), madeById, createdAt, expiresAt: newExpiry() };
  }

  async function withoutAdoption<T>(stateId: string, begin: () => Promise<T>): Promise<T> {
    starting.add(stateId);
    try {
      return await begin();
    } finally {
      starting.delete(stateId);
    }
  }

  /** Runs `work` on the state of `row` under a lease, until the session is no longer `saving`. */
  function run(row: SessionRow, stateId: string, ending: SessionChanges | undefined, work: Work): void {
    const abort = new AbortController();
    const leasing = {
      owner,
      renew: (lease: Lease) => states.renew(stateId, lease),
      clock,
      signal: abort.signal,
      onError: (error: unknown) =>
        log.warn({ err: error, savedStateId: stateId }, 'lease on a save not renewed'),
    };
    async function workOrGiveUp(signal: AbortSignal): Promise<void> {
      try {
        await work(signal);
      } catch (error) {
        const cause: unknown = signal.aborted ? signal.reason : error;
        if (cause !== LEASE_LOST) await giveUp(row, stateId, { error: cause, ending });
      }
    }
    if (stopped) abort.abort(fault('SAVE_INTERRUPTED'));
    const done = withLease(leasing, workOrGiveUp)
      .catch((error: unknown) => {
        // Another process adopts the save when the lease expires.
        log.error({ err: error, sessionId: row.id, savedStateId: stateId }, 'save aborted');
      })
      .finally(() => underWay.delete(stateId));
    underWay.set(stateId, { sessionId: row.id, generation: row.generation, abort, done });
  }

  function progressOf(row: SessionRow) {
    return async (machine: string, percent: number): Promise<void> => {
      if (await store.change(row, { phase: machine, percent })) changer.notify(row);
    };
  }

  async function save(
    row: SessionRow,
    stateId: string,
    ending: SessionChanges | undefined,
    signal: AbortSignal,
  ) {
    // Stopped before the wait for a slot, so that a machine over its limit writes nothing more.
    await Promise.all(row.machines.map(({ containerId }) => engine.stop(containerId ?? '')));
    const bytes = await queue.run(() =>
      saveImages(row, stateId, {
        signal,
        onPart: progressOf(row),
        reserve: (size) => quota.reserve(row, stateId, { bytes: size, ends: ending !== undefined }),
      }),
    );
    const made = { id: stateId, owner, bytes, expiresAt: newExpiry() };
    const saved = await states.finish(row, made, ending ?? {});
    if (!saved) throw fault('SESSION_STATE_CONFLICT', { state: 'another', verb: 'be saved' });
    log.info({ sessionId: row.id, savedStateId: stateId, bytes }, 'session saved');
    changer.notify(saved);
    options.onSaved();
  }

  async function copy(source: SessionRow, row: SessionRow, stateId: string, signal: AbortSignal) {
    const bytes = await queue.run(() => saveImages(source, stateId, { signal, onPart: progressOf(row) }));
    const queued = await forks.finish(row, { id: stateId, owner, bytes, at: clock.now() });
    if (!queued) throw fault('SESSION_STATE_CONFLICT', { state: 'another', verb: 'be copied' });
    changer.notify(queued);
    options.onCopied();
  }

  return {
    /** Returns whether a save that starts now would wait. */
    isFull: queue.isFull,
    isWorkingOn: (stateId: string) => starting.has(stateId) || underWay.has(stateId),
    newExpiry,
    newState,

    /**
     * Starts to save a ready session; undefined if it has changed. With `ending`, its end must be unmoved, and the
     * session ends if the save fails. @throws SHUTTING_DOWN
     */
    async begin(row: SessionRow, ending?: Ending): Promise<SessionRow | undefined> {
      if (stopped) throw fault('SHUTTING_DOWN');
      const state = newState(row.learnerId);
      return withoutAdoption(state.id, async () => {
        const saving = await states.begin(row, state, lease(), {
          changes: { ...noProblems, phase: null, percent: 0 },
          sameEnd: ending !== undefined,
        });
        if (!saving) return undefined;
        changer.notify(saving);
        const why = ending?.why;
        run(saving, state.id, why, (signal) => save(saving, state.id, why, signal));
        return saving;
      });
    },

    /** Starts to copy a ready session, which continues meanwhile. @throws SHUTTING_DOWN */
    async beginFork(source: SessionRow, fork: NewFork): Promise<SessionRow | 'limit'> {
      if (stopped) throw fault('SHUTTING_DOWN');
      const { id } = fork.state;
      return withoutAdoption(id, async () => {
        const row = await forks.ofReady(source, fork, lease());
        if (row === 'limit') return row;
        changer.notify(row);
        run(row, id, undefined, (signal) => copy(source, row, id, signal));
        return row;
      });
    },

    /** Aborts the save of the session if it has a newer generation. */
    changed(sessionId: string, generation: number): void {
      for (const work of underWay.values()) {
        if (work.sessionId !== sessionId || generation <= work.generation) continue;
        work.abort.abort(fault('SESSION_STATE_CONFLICT', { state: 'another', verb: 'be saved' }));
      }
    },

    /** Aborts all saves; resolves once those sessions continue. */
    async stop(): Promise<void> {
      stopped = true;
      for (const { abort } of underWay.values()) abort.abort(fault('SAVE_INTERRUPTED'));
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}

type Work = (signal: AbortSignal) => Promise<void>;

export type SavingAtEnd = ReturnType<typeof createSavingAtEnd>;

/** Saves sessions that would end automatically. */
export function createSavingAtEnd(options: {
  saver: Pick<Saver, 'begin' | 'isFull'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  /** Whether sessions are saved when they end automatically. */
  saveOnEnd: boolean;
}) {
  const { saver, catalogue, saveOnEnd } = options;

  /** Returns whether the lab allows saves. Sessions of a lab that is gone are saved, so that no work is lost. */
  function isAllowed({ labSlug, labVersion }: SessionRow): boolean {
    try {
      return catalogue.version(labSlug, labVersion).save;
    } catch (error) {
      if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return true;
      throw error;
    }
  }

  /** Returns whether the session is saved when it ends automatically. Copies are not: their owners save them. */
  function isSavedAtEnd(row: SessionRow): boolean {
    return saveOnEnd && row.forkOfId === null && isAllowed(row);
  }

  return {
    isAllowed,
    isSavedAtEnd,

    /**
     * Saves a session instead of ending it for `reason`; returns false if it must end. If it cannot be saved now, because
     * the engine does not answer or other saves are running, the next check tries again.
     */
    async saveAtEnd(row: SessionRow, reason: SessionChanges): Promise<boolean> {
      if (!isSavedAtEnd(row)) return false;
      if (row.state === 'ready' && !saver.isFull()) await saver.begin(row, { why: reason });
      return true;
    },
  };
}
