import { fault, isFault } from '../../core/errors.ts';
import { createCounts } from '../../core/counts.ts';
import { linkedAbort } from '../../core/async.ts';
import type { LinkedAbort } from '../../core/async.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import { system } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { Session, SessionState } from '../sessions/session.ts';

/** Maximum per session: a browser opens as many to upload a folder, and each is a process in the machine. */
const SESSION_TRANSFERS = 4;
/** Maximum for all sessions of one learner: as many connections as a browser opens to one host. */
const LEARNER_TRANSFERS = 6;
/** Maximum in this process: an upload takes 4 MB of memory. */
const ALL_TRANSFERS = 32;
/** Share of these for learners who have one already, so that a few hanging clients cannot keep all others waiting. */
const SHARED_PART = 1 / 2;
/** Longest wait for a slot, in milliseconds: small files take a moment. */
const WAIT_MS = 30_000;
/** Longest transfer, in milliseconds: a gigabyte at 5 Mbit/s. */
export const TRANSFER_LIMIT_MS = 30 * 60_000;

/** The session of a transfer, and its learner. */
export interface TransferOf {
  sessionId: string;
  learnerId: string;
}

/** A transfer that is under way. */
interface Transfer {
  /** Aborts when its client disconnects, its session ends, its time is over, or the service stops. */
  signal: AbortSignal;
  /** Frees the slot; to be called once, at the end. */
  end(): void;
}

type Transfers = ReturnType<typeof createTransfers>;

/** Counts the transfers of this process, and ends them. Transfers beyond its limit wait in order of arrival. */
export function createTransfers(
  limits = { session: SESSION_TRANSFERS, learner: LEARNER_TRANSFERS, all: ALL_TRANSFERS, waitMs: WAIT_MS },
) {
  const bySession = new Map<string, Set<LinkedAbort>>();
  /** Including waiting transfers. */
  const byLearner = createTotals();
  /** Without waiting transfers. */
  const active = createTotals();
  const waiting = new Set<{ learnerId: string; go: () => void }>();
  const stopping = new AbortController();

  const hasSlot = (learnerId: string) =>
    active.all() < (active.of(learnerId) === 0 ? limits.all : limits.all * SHARED_PART);

  /**
   * Waits for a slot.
   * @throws TRANSFER_LIMIT, or TRANSFER_INTERRUPTED if `signal` aborts first
   */
  async function takeSlot(learnerId: string, signal: AbortSignal): Promise<void> {
    if (hasSlot(learnerId)) return active.add(learnerId);
    await new Promise<void>((resolve, reject) => {
      const leave = (error: Error) => {
        settle();
        reject(error);
      };
      const busy = () => leave(fault('TRANSFER_LIMIT', { where: 'The service', limit: limits.all }));
      const abort = () => leave(fault('TRANSFER_INTERRUPTED', {}, signal.reason));
      const timer = setTimeout(busy, limits.waitMs);
      const waiter = {
        learnerId,
        go() {
          settle();
          active.add(learnerId);
          resolve();
        },
      };
      function settle(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        waiting.delete(waiter);
      }
      waiting.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
  }

  function admitWaiting(): void {
    for (const { learnerId, go } of waiting) if (hasSlot(learnerId)) go();
  }

  return {
    /** Waits for a slot. @throws TRANSFER_LIMIT, TRANSFER_INTERRUPTED, SHUTTING_DOWN */
    async begin({ sessionId, learnerId }: TransferOf, client?: AbortSignal): Promise<Transfer> {
      if (stopping.signal.aborted) throw fault('SHUTTING_DOWN');
      const ofSession = bySession.get(sessionId) ?? new Set();
      if (ofSession.size >= limits.session) {
        throw fault('TRANSFER_LIMIT', { where: 'The session', limit: limits.session });
      }
      if (byLearner.of(learnerId) >= limits.learner) {
        throw fault('TRANSFER_LIMIT', { where: 'The learner', limit: limits.learner });
      }
      const over = linkedAbort(stopping.signal, ...(client ? [client] : []));
      const { signal } = over;
      bySession.set(sessionId, ofSession.add(over));
      byLearner.add(learnerId);
      const timer = setTimeout(() => over.abort(), TRANSFER_LIMIT_MS).unref();

      /** Returns whether it was counted until now. */
      function forget(): boolean {
        if (!ofSession.delete(over)) return false;
        clearTimeout(timer);
        over.unlink();
        byLearner.remove(learnerId);
        if (ofSession.size === 0) bySession.delete(sessionId);
        return true;
      }
      try {
        await takeSlot(learnerId, signal);
      } catch (error) {
        forget();
        throw error;
      }
      return {
        signal,
        end() {
          if (!forget()) return;
          active.remove(learnerId);
          admitWaiting();
        },
      };
    },
    /** Whether the session has a transfer. */
    has: (sessionId: string) => bySession.has(sessionId),
    /** Ends the transfers of a session. */
    cancel(sessionId: string): void {
      for (const over of bySession.get(sessionId) ?? []) over.abort();
    },
    /** Ends all transfers, and rejects further ones. */
    stop: () => stopping.abort(fault('SHUTTING_DOWN')),
  };
}

/** Counts per learner and in total. */
function createTotals() {
  const counts = createCounts();
  let all = 0;
  return {
    of: counts.of,
    all: () => all,
    add(learnerId: string): void {
      all += 1;
      counts.add(learnerId);
    },
    remove(learnerId: string): void {
      all -= 1;
      counts.remove(learnerId);
    },
  };
}

/** Session states in which the machines can be read and written. */
const MACHINES_RUN: ReadonlySet<SessionState> = new Set(['ready', 'saving']);

/** Reads the state of a session. */
export interface SessionStates {
  get(actor: Actor | undefined, id: string): Promise<Pick<Session, 'state'>>;
}

/**
 * Cancels the transfers of sessions that end: otherwise a client that does not read would delay the removal of their
 * machines. Returns a function that stops listening.
 */
export function cancelTransfersOfEndedSessions(options: {
  transfers: Pick<Transfers, 'has' | 'cancel'>;
  events: Pick<EventBus, 'listen'>;
  sessions: SessionStates;
  log: Log;
}): () => void {
  const { transfers, events, sessions, log } = options;

  async function runs(sessionId: string): Promise<boolean> {
    try {
      return MACHINES_RUN.has((await sessions.get(system, sessionId)).state);
    } catch (error) {
      if (isFault(error, 'SESSION_NOT_FOUND')) return false;
      throw error;
    }
  }

  async function cancelIfOver(sessionId: string): Promise<void> {
    try {
      if (!(await runs(sessionId))) transfers.cancel(sessionId);
    } catch (error) {
      log.error({ err: error, sessionId }, 'handling a changed session failed');
    }
  }

  return events.listen('session.changed', ({ sessionId }) => {
    if (transfers.has(sessionId)) void cancelIfOver(sessionId);
  });
}

/**
 * Maximum number of short requests per session: each is a process in the machine, and a hostile machine can keep it
 * hanging for half a minute.
 */
export const SESSION_REQUESTS = 8;
/** Maximum number of short requests for all sessions of one learner. */
const LEARNER_REQUESTS = 16;
/** Maximum number of short requests in this process: each is a connection to the engine. */
const ALL_REQUESTS = 64;

/** Limits short file requests: listing, creating folders, removing. Requests beyond the limit wait. */
export function createShortRequests(
  limits = { session: SESSION_REQUESTS, learner: LEARNER_REQUESTS, all: ALL_REQUESTS, waitMs: WAIT_MS },
) {
  const slots = createTransfers(limits);
  return {
    /** @throws TRANSFER_LIMIT, SHUTTING_DOWN */
    async run<T>(of: TransferOf, work: () => Promise<T>): Promise<T> {
      // It does not depend on a client, and ends after half a minute at most.
      const { end } = await slots.begin(of);
      try {
        return await work();
      } finally {
        end();
      }
    },
    /** Refuses all further requests. */
    stop: slots.stop,
  };
}
