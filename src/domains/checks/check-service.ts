import { fault, isFault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { AssignmentRules } from '../courses/assignment-rules.ts';
import type { WorkAccess } from '../identity/work-access.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import type { RateLimit } from '../../infra/rate-limits/rate-limits.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import { linkedAbort } from '../../core/async.ts';
import { languageGiven } from '../labs/localized-text.ts';
import type { Lab, LabStep } from '../labs/lab.ts';
import { pageWindow, toPage } from '../../core/paging.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import type { SessionService } from '../sessions/session.ts';
import type { Attempt, LabProgress } from './results/attempt.ts';
import type { AttemptStore } from './results/attempt-store.ts';
import type { PublishEnd, LeasedCheck } from './leased-check.ts';
import { answersTo } from './kinds/quiz-check.ts';
import type { GivenAnswer } from './kinds/quiz-check.ts';
import type { ProgressQuery, ProgressReader } from './progress-reader.ts';
import { machinesOf, stepToCheck } from './step-run.ts';
import type { LabCheck } from '../labs/lab-check.ts';
import type { CheckVerdict } from './results/check-verdict.ts';

/** Runs checks, and returns attempts and progress. */
export interface CheckService {
  /**
   * Runs the step's checks and stores the attempt. Resolves when it has ended; if a check could not judge, the attempt
   * errored. Unanswered questions fail. A `poll` is sent by a client automatically: it does not count as activity, and
   * a failed poll is not counted, published or stored. A poll that only repeats the session's last result of the step
   * returns that attempt. Scripts get the learner's `language`, or the lab's default.
   * @throws SESSION_NOT_FOUND, SESSION_NOT_READY, STEP_NOT_FOUND, STEP_HAS_NO_CHECK, INPUT_INVALID (an answer without a
   * matching question, a poll of a step without polling, a poll with answers), CHECK_BUSY, RATE_LIMITED, SHUTTING_DOWN,
   * and if the work does not count for its assignment: ASSIGNMENT_NOT_FOUND, COURSE_ARCHIVED, ASSIGNMENT_NOT_OPEN,
   * ASSIGNMENT_CLOSED, ASSIGNMENT_TIME_OVER
   */
  run(
    actor: Actor | undefined,
    input: {
      sessionId: string;
      stepId: string;
      answers?: readonly GivenAnswer[];
      poll?: boolean;
      language?: string | undefined;
    },
  ): Promise<Attempt>;
  /** @throws NOT_FOUND */
  get(actor: Actor | undefined, attemptId: string): Promise<Attempt>;
  /** Lists attempts, newest first: the actor's own, and for staff those that they may access. */
  listAttempts(
    actor: Actor | undefined,
    filter: {
      sessionId?: string | undefined;
      learnerId?: string | undefined;
      lab?: string | undefined;
      step?: string | undefined;
      assignmentId?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<Attempt>>;
  /**
   * Returns the progress of learners in labs in the order asked, for batched loading: in self-study, or in an
   * assignment. With the `run` of a session, it is what counts there: that attempt alone if the last one counts.
   * @throws USER_NOT_FOUND if the actor may not see a learner
   */
  progress(actor: Actor | undefined, of: readonly ProgressQuery[]): Promise<LabProgress[]>;
}

interface CheckServiceParts {
  sessions: Pick<SessionService, 'get' | 'machine' | 'requireCounting' | 'touch'>;
  catalogue: Pick<LabCatalogue, 'version' | 'find'>;
  attempts: AttemptStore;
  progressOf: ProgressReader;
  /** Returns assignments by id. */
  assignmentRules: Pick<AssignmentRules, 'byId'>;
  workAccess: WorkAccess;
  leasedCheck: LeasedCheck;
  /** Counts the attempts of a user, without polls. */
  runLimit: RateLimit;
  /** The same for a day. */
  dayLimit: RateLimit;
  /** Counts the polls of a user in a session: only one step is open at a time, whatever a client requests. */
  pollLimit: RateLimit;
  publishEnd: PublishEnd;
  credentialWatch: Pick<CredentialWatch, 'watch'>;
  /** Called after a judged attempt at an assignment was stored. */
  onWork: (work: { assignmentId: string; learnerId: string }) => void;
  /** Called for each finished attempt, for metrics. */
  onVerdict: (verdict: Verdict) => void;
  /** Aborts when the service stops: running checks end as interrupted, new ones are refused. */
  signal: AbortSignal;
}

export type Verdict = 'passed' | 'failed' | 'errored';

/** Creates the check service. `settled` resolves when all checks that run now have ended. */
export function createCheckService(parts: CheckServiceParts): CheckService & { settled(): Promise<void> } {
  const {
    sessions,
    catalogue,
    attempts,
    progressOf,
    assignmentRules,
    workAccess,
    leasedCheck,
    runLimit,
    dayLimit,
    pollLimit,
    publishEnd,
    credentialWatch,
    onWork,
    onVerdict,
    signal,
  } = parts;
  const running = new Set<Promise<Attempt>>();

  /**
   * Authorises the actor for the machines that the step's checks use. If they use none, it is the first machine, to
   * check that the session is ready.
   */
  async function enter(actor: Actor | undefined, sessionId: string, lab: Lab, step: LabStep) {
    const [first = lab.machines[0]?.name ?? '', ...others] = machinesOf(step);
    const machine = await sessions.machine(actor, sessionId, first);
    const machines = new Map([[first, machine.machineId]]);
    for (const name of others) {
      machines.set(name, (await sessions.machine(actor, sessionId, name)).machineId);
    }
    return { machine, machines };
  }

  async function countRun({ userId }: Actor): Promise<void> {
    await runLimit.count(userId);
    await dayLimit.count(userId);
  }

  async function countPoll(
    { userId }: Actor,
    sessionId: string,
    { id, pollSeconds }: LabStep,
  ): Promise<void> {
    if (pollSeconds === undefined) {
      throw fault('INPUT_INVALID', {
        problem: `The step "${id}" cannot be polled. Check it on request.`,
      });
    }
    await pollLimit.count(`${userId} ${sessionId}`, pollSeconds);
  }

  return {
    async run(actor, { sessionId, stepId, answers: given = [], poll = false, language: wanted }) {
      requireActor(actor, { scope: 'learn' });
      const session = await sessions.get(actor, sessionId);
      const lab = catalogue.version(session.labSlug, session.labVersion);
      const step = stepToCheck(lab, stepId);
      if (poll && given.length > 0) {
        // A failed poll is not stored, so it would allow guessing answers for free.
        throw fault('INPUT_INVALID', { problem: 'A poll cannot contain answers.' });
      }
      const answers = answersTo(step, given);
      const { machine, machines } = await enter(actor, sessionId, lab, step);
      await (poll ? countPoll(actor, sessionId, step) : countRun(actor));
      if (session.assignmentId !== undefined) await sessions.requireCounting(actor, sessionId);
      if (signal.aborted) throw fault('SHUTTING_DOWN');
      if (!poll) sessions.touch(sessionId);
      const language = languageGiven(lab.languages, wanted);
      const stepRun = {
        lab,
        step,
        sessionId,
        learnerId: machine.learnerId,
        machines,
        answers,
        poll,
        language,
      };
      const ended = linkedAbort(signal);
      const stopWatching = credentialWatch.watch(actor, ended.abort);
      const run = leasedCheck.run(machine, stepRun, ended.signal);
      running.add(run);
      const attempt = await run.finally(() => {
        stopWatching();
        ended.unlink();
        running.delete(run);
      });
      if (attempt.passed || !poll) {
        onVerdict(verdictOf(attempt));
        await publishEnd(attempt);
        const { assignmentId, learnerId } = attempt;
        if (assignmentId !== undefined && attempt.state === 'finished') onWork({ assignmentId, learnerId });
      }
      return explain(attempt, catalogue);
    },

    async get(actor, attemptId) {
      requireActor(actor, { scope: 'read' });
      const attempt = await attempts.find(attemptId);
      if (!attempt || !(await workAccess.includes(actor, attempt)))
        throw fault('NOT_FOUND', { thing: 'attempt' });
      return explain(attempt, catalogue);
    },

    async listAttempts(actor, filter, page) {
      requireActor(actor, { scope: 'read' });
      const window = pageWindow(page);
      // Attempts that the actor may not access are hidden, as if they did not exist.
      const limits = await workAccess.limits(actor, filter.learnerId);
      const found = await attempts.list(filter, limits, window);
      return toPage(
        found.map((attempt) => explain(attempt, catalogue)),
        page,
      );
    },

    async progress(actor, of) {
      requireActor(actor, { scope: 'read' });
      const courses = await assignmentRules.byId(
        of.flatMap(({ learnerId, assignmentId }) => (learnerId === actor.userId ? [] : (assignmentId ?? []))),
      );
      const works = of.map(({ learnerId, assignmentId = '', courseId }) => ({
        learnerId,
        courseId: courses.get(assignmentId)?.courseId ?? courseId,
      }));
      if ((await workAccess.among(actor, works)).length < works.length) throw fault('USER_NOT_FOUND');
      return await progressOf(of);
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

/**
 * Adds the authors' explanations to the questions that the learner has answered correctly, or can no longer answer. An
 * earlier explanation would help to find the answer.
 */
function explain(attempt: Attempt, catalogue: Pick<LabCatalogue, 'version'>): Attempt {
  if (!attempt.verdicts.some(isSettled)) return attempt;
  const checks = checksOf(attempt, catalogue);
  const verdicts = attempt.verdicts.map((verdict) => {
    const check = checks.find(({ id }) => id === verdict.checkId);
    const explains = isSettled(verdict) && check?.kind === 'quiz';
    return explains ? { ...verdict, explanation: check.explanation } : verdict;
  });
  return { ...attempt, verdicts };
}

function isSettled({ answered, passed, finding }: CheckVerdict): boolean {
  return answered && (passed || finding?.code === 'ANSWER_USED_UP');
}

/** Returns the step's checks; none if the lab or the step no longer exists. */
function checksOf(
  { labSlug, labVersion, stepId }: Attempt,
  catalogue: Pick<LabCatalogue, 'version'>,
): readonly LabCheck[] {
  try {
    return catalogue.version(labSlug, labVersion).steps.find(({ id }) => id === stepId)?.checks ?? [];
  } catch (error) {
    if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return [];
    throw error;
  }
}
