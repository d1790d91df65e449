import type { Attempt } from '../../../../src/domains/checks/results/attempt.ts';
import { fault } from '../../../../src/core/errors.ts';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import { requireActor } from '../../../../src/domains/identity/actor.ts';
import { mayAccess } from './memory-work-access.ts';
import type { Actor } from '../../../../src/domains/identity/actor.ts';
import type { Session } from '../../../../src/domains/sessions/session.ts';
import { pageOf } from './page-of.ts';
import { verdictsOn } from './verdicts.ts';
import { at, hintText, lab } from './world.ts';
import type { World } from './world.ts';

export function createCheckServices(
  { attempts, calls, events }: World,
  accessibleSession: (actor: Actor | undefined, id: string) => Session,
): Pick<GraphqlServices, 'checks' | 'hints'> {
  return {
    checks: {
      async run(actor, { sessionId, stepId, answers = [] }) {
        const session = accessibleSession(actor, sessionId);
        if (!lab.steps.some(({ id }) => id === stepId))
          throw fault('STEP_NOT_FOUND', { lab: lab.slug, step: stepId });
        const attempt: Attempt = {
          id: `attempt-${attempts.size + 1}`,
          sessionId,
          learnerId: session.learnerId,
          labSlug: session.labSlug,
          labVersion: session.labVersion,
          stepId,
          assignmentId: undefined,
          courseId: undefined,
          run: 0,
          state: 'finished',
          passed: true,
          score: 1,
          message: 'Well done.',
          finding: undefined,
          verdicts: verdictsOn(answers),
          startedAt: at,
          finishedAt: at,
        };
        attempts.set(attempt.id, attempt);
        const { id: attemptId, learnerId } = attempt;
        await events.publish('check.finished', { attemptId, sessionId, learnerId });
        return attempt;
      },
      async get(actor, id) {
        requireActor(actor, { scope: 'read' });
        const attempt = attempts.get(id);
        if (!attempt || !mayAccess(actor, attempt.learnerId)) throw fault('NOT_FOUND', { thing: 'attempt' });
        return attempt;
      },
      async listAttempts(actor, { sessionId }, page) {
        requireActor(actor, { scope: 'read' });
        const all = [...attempts.values()].filter((each) => mayAccess(actor, each.learnerId));
        return pageOf(sessionId ? all.filter((each) => each.sessionId === sessionId) : all, page);
      },
      async progress(actor, of) {
        calls.push(`checks.progress ${of.length}`);
        requireActor(actor, { scope: 'read' });
        return of.map(({ learnerId, lab: labSlug }) => ({
          learnerId,
          labSlug,
          steps: lab.steps.map(({ id }) => ({
            stepId: id,
            attempts: 0,
            passed: false,
            score: 0,
            bestScore: 0,
            failures: 0,
            hints: [{ id: 'list', text: hintText, cost: 0.1 }],
            passedAt: undefined,
          })),
          passed: 0,
          total: 1,
          score: 0,
        }));
      },
    },
    hints: {
      async reveal(actor, { sessionId, hintId }) {
        accessibleSession(actor, sessionId);
        if (hintId !== 'list') throw fault('NOT_FOUND', { thing: 'hint' });
        return { id: hintId, text: hintText, cost: 0.1 };
      },
    },
  };
}
