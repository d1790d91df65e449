import { fault } from '../errors.ts';

/** Of one session: a browser that uploads a folder has as many connections, and each costs the machine a process. */
const SESSION_TRANSFERS = 4;
/** Of all sessions of one learner: what a browser opens to one host. A few who let theirs hang must not keep all others waiting. */
const LEARNER_TRANSFERS = 6;
/** Of all sessions of this process: an upload has 4 MB in memory. */
const ALL_TRANSFERS = 16;
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

/** Counts the transfers that this process carries, and ends them. */
export function createTransfers(
  limits = { session: SESSION_TRANSFERS, learner: LEARNER_TRANSFERS, all: ALL_TRANSFERS },
) {
  const bySession = new Map<string, Set<AbortController>>();
  const byLearner = new Map<string, number>();
  const stopping = new AbortController();
  let all = 0;

  return {
    /** @throws TRANSFER_LIMIT, SHUTTING_DOWN */
    begin({ sessionId, learnerId }: TransferOf, client: AbortSignal): Transfer {
      if (stopping.signal.aborted) throw fault('SHUTTING_DOWN');
      const ofSession = bySession.get(sessionId) ?? new Set();
      if (ofSession.size >= limits.session) {
        throw fault('TRANSFER_LIMIT', { where: 'The session', limit: limits.session });
      }
      const ofLearner = byLearner.get(learnerId) ?? 0;
      if (ofLearner >= limits.learner)
        throw fault('TRANSFER_LIMIT', { where: 'The learner', limit: limits.learner });
      if (all >= limits.all) throw fault('TRANSFER_LIMIT', { where: 'The service', limit: limits.all });
      const over = new AbortController();
      bySession.set(sessionId, ofSession.add(over));
      byLearner.set(learnerId, ofLearner + 1);
      all += 1;
      const time = AbortSignal.timeout(TRANSFER_LIMIT_MS);
      return {
        signal: AbortSignal.any([client, stopping.signal, over.signal, time]),
        end() {
          if (!ofSession.delete(over)) return;
          all -= 1;
          const left = (byLearner.get(learnerId) ?? 1) - 1;
          if (left > 0) byLearner.set(learnerId, left);
          else byLearner.delete(learnerId);
          if (ofSession.size === 0) bySession.delete(sessionId);
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
