import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import type { WorkAccess } from '../identity/work-access.ts';
import type { RateLimits } from '../../infra/rate-limits/rate-limits.ts';
import type { AssignmentRules } from '../courses/assignment-rules.ts';
import type { ImagePins } from '../images/pins/pin.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import { DAY_MS } from '../../core/units.ts';
import { LEASE_MS } from '../../infra/leases/lease.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import type { SessionService } from '../sessions/session.ts';
import { createJudgedAttempts } from './results/judged-attempts.ts';
import type { JudgedAttempts } from './results/judged-attempts.ts';
import { createAttemptStore } from './results/attempt-store.ts';
import type { MarkWork } from './results/attempt-store.ts';
import { createCheckEvents, createInterruptedChecks, createLeasedCheck } from './leased-check.ts';
import { createCheckRunner } from './check-runner.ts';
import type { CheckEngine } from './check-runner.ts';
import { createCheckService } from './check-service.ts';
import type { CheckService, Verdict } from './check-service.ts';
import type { HintService } from './hint.ts';
import { createHintService } from './hint-service.ts';
import { createHintStore } from './hint-store.ts';
import { createProgressReader } from './progress-reader.ts';
import type { ProgressReader } from './progress-reader.ts';
import { createProgressStore } from './results/progress-store.ts';

/** Maximum number of checks of one user: more than a person can read, but it slows down a faulty script. */
const CHECKS_PER_MINUTE = 60;
/** The same for a day: each check costs time in the number of earlier ones. */
const CHECKS_PER_DAY = 1_000;

export interface ChecksOptions {
  database: Database;
  engine: CheckEngine;
  pins: Pick<ImagePins, 'resolve'>;
  events: Pick<EventBus, 'publish'>;
  clock: Clock;
  rateLimits: Pick<RateLimits, 'create'>;
  /** Maximum number of checks of one user in a day, without polls; the default is 1,000. */
  checksPerDay?: number;
  catalogue: Pick<LabCatalogue, 'version' | 'find'>;
  sessions: Pick<SessionService, 'get' | 'machine' | 'requireCounting' | 'touch'>;
  assignmentRules: Pick<AssignmentRules, 'byId'>;
  workAccess: WorkAccess;
  /** Ends a check when the credential that requested it ends. */
  credentialWatch: Pick<CredentialWatch, 'watch'>;
  log: Log;
  /** Unique name of this process among all that share the database; new with each start. */
  leaseOwner: string;
  /** Returns whether the named process is known to be dead. Leases of others expire. */
  isGone: (owner: string) => boolean;
  /** Marks that work on an assignment has changed. */
  markWork?: MarkWork;
  /** Called after a judged attempt at an assignment was stored. */
  onWork?: (work: { assignmentId: string; learnerId: string }) => void;
  /** Called for each verdict of this process, for metrics. */
  onVerdict?: (verdict: Verdict) => void;
}

export interface Checks {
  service: CheckService;
  hints: HintService;
  /** Returns the judged attempts at an assignment by learner, oldest first. */
  judged: JudgedAttempts['judged'];
  /** Reads the progress of learners, for callers who have authorised that. */
  progressOf: ProgressReader;
  /** Ends the attempts that dead processes left running, so their steps can be checked again. Returns how many. */
  recover(): Promise<number>;
  /** Starts to recover attempts regularly, because other processes may die. Returns immediately. */
  start(): void;
  /** Interrupts the running checks, and refuses new ones. Resolves when the results are stored. */
  stop(): Promise<void>;
}

/** Creates all services of checks. */
export function createChecks(options: ChecksOptions): Checks {
  const { database, clock, log, rateLimits, leaseOwner, isGone } = options;
  const attempts = createAttemptStore(options);
  const publishEnd = createCheckEvents(options);
  const interrupted = createInterruptedChecks({ attempts, clock, isGone, publishEnd });
  const runner = createCheckRunner(options);
  const leasedCheck = createLeasedCheck({ runner, attempts, interrupted, clock, log, owner: leaseOwner });
  const progress = createProgressStore({ database });
  const hints = createHintStore({ database, clock });
  const progressOf = createProgressReader({ ...options, progress, hints });
  const stopping = new AbortController();
  const service = createCheckService({
    ...options,
    attempts,
    progressOf,
    leasedCheck,
    runLimit: rateLimits.create({ name: 'checks', max: CHECKS_PER_MINUTE, seconds: 60 }),
    dayLimit: rateLimits.create({
      name: 'checks-of-day',
      max: options.checksPerDay ?? CHECKS_PER_DAY,
      seconds: DAY_MS / 1_000,
    }),
    // Each step sets the length of its windows.
    pollLimit: rateLimits.create({ name: 'polls', max: 1, seconds: 60 }),
    publishEnd,
    onVerdict: options.onVerdict ?? (() => undefined),
    onWork: options.onWork ?? (() => undefined),
    signal: stopping.signal,
  });
  let watching: Promise<void> | undefined;

  async function recover(): Promise<number> {
    const ended = await interrupted.end();
    if (ended > 0) log.warn({ attempts: ended }, 'ended checks of dead processes');
    return ended;
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await recover().catch((error: unknown) => {
        log.error({ err: error }, 'recovering interrupted checks failed');
      });
      await delay(clock, LEASE_MS, stopping.signal);
    }
  }

  return {
    service,
    hints: createHintService({ ...options, hints, progress }),
    judged: createJudgedAttempts({ database }).judged,
    progressOf,
    recover,
    start: () => void (watching ??= watch()),
    async stop() {
      stopping.abort();
      await service.settled();
      await watching;
    },
  };
}
