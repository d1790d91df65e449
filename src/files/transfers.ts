import { fault } from '../errors.ts';
import { linkedAbort } from '../linked-abort.ts';
import type { LinkedAbort } from '../linked-abort.ts';

/** Of one session: a browser that uploads a folder has as many connections, and each costs the machine a process. */
const SESSION_TRANSFERS = 4;
/** Of all sessions of one learner: what a browser opens to one host. */
const LEARNER_TRANSFERS = 6;
/** Of all sessions of this process: an upload has 4 MB in memory. */
const ALL_TRANSFERS = 32;
/** Of these, the part that is open to learners who have one already: a few who let theirs hang must not keep all others waiting. */
const SHARED_PART = 1 / 2;
/** Longest wait for a place among all transfers, in milliseconds: small files take a moment. */
const WAIT_MS = 30_000;
/** Longest transfer, in milliseconds: a gigabyte at 5 Mbit/s. */
export const TRANSFER_LIMIT_MS = 30 * 60_000;

/** In which session it is, and whose that is. */
export interface TransferOf {
  sessionId: string;
  learnerId: string;
}

/** A transfer that is under way. */
export interface Transfer {
  /** Aborted when its client goes, its session ends, its time is over, or the service stops. */
  signal: AbortSignal;
  /** To be called once, when it is over. */
  end(): void;
}

export type Transfers = ReturnType<typeof createTransfers>;

/** Counts the transfers that this process carries, and ends them. Those beyond what it carries at once wait in their order. */
export function createTransfers(
  limits = { session: SESSION_TRANSFERS, learner: LEARNER_TRANSFERS, all: ALL_TRANSFERS, waitMs: WAIT_MS },
) {
  const bySession = new Map<string, Set<LinkedAbort>>();
  /** With those that wait. */
  const byLearner = createCounts();
  /** Without those that wait. */
  const carried = createCounts();
  const waiting = new Set<{ learnerId: string; go: () => void }>();
  const stopping = new AbortController();

  const hasPlace = (learnerId: string) =>
    carried.all() < (carried.of(learnerId) === 0 ? limits.all : limits.all * SHARED_PART);

  /** Resolves once the learner has a place. @throws TRANSFER_LIMIT, or TRANSFER_INTERRUPTED if `signal` aborts before */
  async function takePlace(learnerId: string, signal: AbortSignal): Promise<void> {
    if (hasPlace(learnerId)) return carried.add(learnerId);
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
          carried.add(learnerId);
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

  function letWaitingGo(): void {
    for (const { learnerId, go } of waiting) if (hasPlace(learnerId)) go();
  }

  return {
    /** Waits for a place among all transfers. @throws TRANSFER_LIMIT, TRANSFER_INTERRUPTED, SHUTTING_DOWN */
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

      /** Whether it was counted until now. */
      function forget(): boolean {
        if (!ofSession.delete(over)) return false;
        clearTimeout(timer);
        over.unlink();
        byLearner.remove(learnerId);
        if (ofSession.size === 0) bySession.delete(sessionId);
        return true;
      }
      try {
        await takePlace(learnerId, signal);
      } catch (error) {
        forget();
        throw error;
      }
      return {
        signal,
        end() {
          if (!forget()) return;
          carried.remove(learnerId);
          letWaitingGo();
        },
      };
    },
    /** Whether the session has any under way. */
    has: (sessionId: string) => bySession.has(sessionId),
    /** Breaks off those of a session. */
    breakOff(sessionId: string): void {
      for (const over of bySession.get(sessionId) ?? []) over.abort();
    },
    /** Ends those under way, and refuses others. */
    stop: () => stopping.abort(fault('SHUTTING_DOWN')),
  };
}

/** How many there are, of each learner and in all. */
function createCounts() {
  const counts = new Map<string, number>();
  let all = 0;
  return {
    of: (learnerId: string) => counts.get(learnerId) ?? 0,
    all: () => all,
    add(learnerId: string): void {
      all += 1;
      counts.set(learnerId, (counts.get(learnerId) ?? 0) + 1);
    },
    remove(learnerId: string): void {
      all -= 1;
      const left = (counts.get(learnerId) ?? 1) - 1;
      if (left > 0) counts.set(learnerId, left);
      else counts.delete(learnerId);
    },
  };
}
