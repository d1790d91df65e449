import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import type { ImagePins } from '../images/pins/pin.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import { LEASE_MS } from '../../infra/leases/lease.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import type { SessionService } from '../sessions/session.ts';
import type { CheckService } from './results/attempt.ts';
import { createAttemptStore } from './results/attempt-store.ts';
import { createCheckNews } from './check-news.ts';
import { createCheckRunner } from './check-runner.ts';
import type { CheckEngine } from './check-runner.ts';
import { createCheckService } from './check-service.ts';
import type { Verdict } from './check-service.ts';
import { createHeldCheck } from './held-check.ts';
import type { HintService } from './hint.ts';
import { createHintService } from './hint-service.ts';
import { createHintStore } from './hint-store.ts';
import { createInterruptedChecks } from './interrupted-checks.ts';
import { createPollLimit } from './poll-limit.ts';
import { createProgressStore } from './results/progress-store.ts';
import { createRunLimit } from './run-limit.ts';

export interface ChecksOptions {
  database: Database;
  engine: CheckEngine;
  pins: Pick<ImagePins, 'resolve'>;
  events: Pick<EventBus, 'publish'>;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'version' | 'find'>;
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  /** Ends a check with the credential that asked for it. */
  credentials: Pick<CredentialWatch, 'watch'>;
  logger: Log;
  /** Names this process among those that share the database; new with each start. */
  leaseOwner: string;
  /** Whether the process of that name surely runs no more; of others the hold runs out. */
  isGone: (owner: string) => boolean;
  /** Told of each verdict of this process, for metrics. */
  onVerdict?: (verdict: Verdict) => void;
}

export interface Checks {
  service: CheckService;
  hints: HintService;
  /** Ends the attempts that dead processes left running, so that their steps can be checked again; how many. */
  recover(): Promise<number>;
  /** Recovers now, and again and again as neighbours may die. Returns at once. */
  start(): void;
  /** Stops the checks that run, which end as interrupted; resolves when that is stored. New ones are refused. */
  stop(): Promise<void>;
}

/** All of checks, put together. */
export function createChecks(options: ChecksOptions): Checks {
  const { database, clock, logger, leaseOwner, isGone } = options;
  const attempts = createAttemptStore({ database });
  const tell = createCheckNews(options);
  const interrupted = createInterruptedChecks({ attempts, clock, isGone, tell });
  const runner = createCheckRunner(options);
  const heldCheck = createHeldCheck({ runner, attempts, interrupted, clock, logger, owner: leaseOwner });
  const progress = createProgressStore({ database });
  const hints = createHintStore({ database, clock });
  const stopping = new AbortController();
  const service = createCheckService({
    ...options,
    attempts,
    progress,
    hints,
    heldCheck,
    runLimit: createRunLimit(options),
    pollLimit: createPollLimit(options),
    tell,
    onVerdict: options.onVerdict ?? (() => undefined),
    signal: stopping.signal,
  });
  let watching: Promise<void> | undefined;

  async function recover(): Promise<number> {
    const ended = await interrupted.end();
    if (ended > 0) logger.warn({ attempts: ended }, 'Checks of a process that died were ended');
    return ended;
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await recover().catch((error: unknown) => {
        logger.error({ err: error }, 'Interrupted checks could not be looked for');
      });
      await delay(clock, LEASE_MS, stopping.signal);
    }
  }

  return {
    service,
    hints: createHintService({ ...options, hints, progress }),
    recover,
    start: () => void (watching ??= watch()),
    async stop() {
      stopping.abort();
      await service.settled();
      await watching;
    },
  };
}
