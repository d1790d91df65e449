import { fault } from '../errors.ts';
import { mayReach, requireActor } from '../identity/actor.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import { pageWindow, toPage } from '../paging.ts';
import type { SessionService } from '../sessions/session.ts';
import type { Attempt, CheckService } from './attempt.ts';
import type { AttemptStore } from './attempt-store.ts';
import type { TellEnd } from './check-news.ts';
import { checkOf } from './check-of.ts';
import type { HeldCheck } from './held-check.ts';
import { progressIn } from './lab-progress.ts';
import { pairKey } from './progress-store.ts';
import type { ProgressStore } from './progress-store.ts';
import type { RunLimit } from './run-limit.ts';

export interface CheckServiceParts {
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  catalogue: Pick<LabCatalogue, 'version' | 'find'>;
  attempts: AttemptStore;
  progress: ProgressStore;
  heldCheck: HeldCheck;
  runLimit: RunLimit;
  tell: TellEnd;
  /** Told of each verdict, for metrics. */
  onVerdict: (verdict: Verdict) => void;
  /** Aborted when the service stops: running checks end as interrupted, new ones are refused. */
  signal: AbortSignal;
}

export type Verdict = 'passed' | 'failed' | 'errored';

/** The use cases, and `settled`, which resolves when none of the checks that run now does so any more. */
export function createCheckService(parts: CheckServiceParts): CheckService & { settled(): Promise<void> } {
  const { sessions, catalogue, attempts, progress, heldCheck, runLimit, tell, onVerdict, signal } = parts;
  const running = new Set<Promise<Attempt>>();

  return {
    async run(actor, { sessionId, stepId }) {
      requireActor(actor, { scope: 'learn' });
      const session = await sessions.get(actor, sessionId);
      const step = checkOf(catalogue.version(session.labSlug, session.labVersion), stepId, sessionId);
      const machine = await sessions.machine(actor, sessionId, step.check.machine);
      if (signal.aborted) throw fault('SHUTTING_DOWN');
      runLimit.count(actor.userId);
      sessions.touch(sessionId);
      const run = heldCheck.run(machine, step, signal);
      running.add(run);
      const attempt = await run.finally(() => running.delete(run));
      onVerdict(verdictOf(attempt));
      await tell(attempt);
      return attempt;
    },

    async get(actor, attemptId) {
      requireActor(actor, { scope: 'read' });
      const attempt = await attempts.find(attemptId);
      if (!attempt || !mayReach(actor, attempt.learnerId)) throw fault('NOT_FOUND', { thing: 'attempt' });
      return attempt;
    },

    async listAttempts(actor, filter, page) {
      requireActor(actor, { scope: 'read' });
      const window = pageWindow(page);
      const learnerId = filter.learnerId ?? (actor.role === 'student' ? actor.userId : undefined);
      // Somebody else's attempts look as if there were none.
      if (learnerId !== undefined && !mayReach(actor, learnerId)) return { items: [], hasNextPage: false };
      return toPage(await attempts.list({ ...filter, learnerId }, window), page);
    },

    async progress(actor, of) {
      requireActor(actor, { scope: 'read' });
      if (of.some(({ learnerId }) => !mayReach(actor, learnerId))) throw fault('USER_NOT_FOUND');
      const tried = await progress.of(of);
      return of.map((pair) => {
        const place = { learnerId: pair.learnerId, labSlug: pair.lab };
        return progressIn(catalogue.find(pair.lab), place, tried.get(pairKey(pair)) ?? []);
      });
    },

    async settled() {
      await Promise.allSettled(running);
    },
  };
}

function verdictOf({ state, passed }: Attempt): Verdict {
  if (state === 'errored') return 'errored';
  return passed ? 'passed' : 'failed';
}
