import type { Clock } from '../clock.ts';
import type { Engine } from '../engine/engine.ts';
import { fault } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import { mayReach, requireActor } from '../identity/actor.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../log.ts';
import { pageWindow, toPage } from '../paging.ts';
import type { SessionService } from '../sessions/session.ts';
import type { Attempt, CheckService } from './attempt.ts';
import type { AttemptStore } from './attempt-store.ts';
import { createCheckNews } from './check-news.ts';
import { checkOf } from './check-of.ts';
import { createCheckRunner } from './check-runner.ts';
import { createHeldCheck, HOLD_MS } from './held-check.ts';
import { createInterruptedChecks } from './interrupted-checks.ts';
import { progressIn } from './lab-progress.ts';
import { pairKey } from './progress-store.ts';
import type { ProgressStore } from './progress-store.ts';
import { rest } from './rest.ts';

export interface CheckServiceParts {
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  catalogue: Pick<LabCatalogue, 'version' | 'find'>;
  engine: Pick<Engine, 'exec'>;
  attempts: AttemptStore;
  progress: ProgressStore;
  events: Pick<EventBus, 'publish'>;
  clock: Clock;
  logger: Log;
  /** Name of this process, that no other has: what it runs is held under it. */
  owner: string;
  /** Whether the process of that name is surely gone. */
  isGone: (owner: string) => boolean;
}

/** What else the service does, for whoever starts and stops it. */
export interface CheckLifecycle {
  /** Ends the attempts that a dead process left running, so that their steps can be checked again; how many. */
  recover(): Promise<number>;
  /** Recovers now, and then again and again as neighbours may die, until `signal` aborts. */
  watch(signal: AbortSignal): Promise<void>;
  /** Stops the checks that run, which end as interrupted; resolves when that is stored. */
  close(): Promise<void>;
}

export function createCheckService(parts: CheckServiceParts): CheckService & CheckLifecycle {
  const { sessions, catalogue, attempts, progress, clock, logger } = parts;
  const tell = createCheckNews(parts);
  const interrupted = createInterruptedChecks({ ...parts, tell });
  const heldCheck = createHeldCheck({ ...parts, runner: createCheckRunner(parts), interrupted });
  const closing = new AbortController();
  const running = new Set<Promise<Attempt>>();

  async function recover(): Promise<number> {
    const ended = await interrupted.end();
    if (ended > 0) logger.warn({ attempts: ended }, 'Checks of a process that died were ended');
    return ended;
  }

  return {
    async run(actor, { sessionId, stepId }) {
      requireActor(actor, { scope: 'learn' });
      const session = await sessions.get(actor, sessionId);
      const step = checkOf(catalogue.version(session.labSlug, session.labVersion), stepId, sessionId);
      const machine = await sessions.machine(actor, sessionId, step.check.machine);
      if (closing.signal.aborted) throw fault('SHUTTING_DOWN');
      sessions.touch(sessionId);
      const run = heldCheck.run(machine, step, closing.signal);
      running.add(run);
      const attempt = await run.finally(() => running.delete(run));
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
      if (of.some(({ learnerId }) => !mayReach(actor, learnerId))) throw fault('SESSION_NOT_FOUND');
      const tried = await progress.of(of);
      return of.map((pair) => {
        const place = { learnerId: pair.learnerId, labSlug: pair.lab };
        return progressIn(catalogue.find(pair.lab), place, tried.get(pairKey(pair)) ?? []);
      });
    },

    recover,

    async watch(signal) {
      while (!signal.aborted) {
        await recover().catch((error: unknown) => {
          logger.error({ err: error }, 'Interrupted checks could not be looked for');
        });
        await rest(clock, HOLD_MS, signal);
      }
    },

    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}
