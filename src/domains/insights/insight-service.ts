import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Assignment } from '../courses/assignment.ts';
import type { GradingAccess } from '../courses/grading-access.ts';
import { usedLab } from '../labs/catalogue.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { InsightService } from './insight.ts';
import { findStuck, summarise } from './insight-rules.ts';
import { createInsightStore } from './insight-store.ts';

/** Largest limits of failures and minutes. */
const MOST = 10_000;

/** Creates the use cases of {@link InsightService}. */
export function createInsights(options: {
  database: Database;
  access: Pick<GradingAccess, 'assignment' | 'learnersAmong' | 'requireSection'>;
  catalogue: Pick<LabCatalogue, 'find' | 'version'>;
  clock: Pick<Clock, 'now'>;
}): InsightService {
  const { access, catalogue, clock } = options;
  const store = createInsightStore(options);

  /** Returns the steps with checks; if the lab no longer exists, those that learners tried. */
  function stepsOf(assignment: Assignment, tried: readonly { stepId: string }[]): string[] {
    const lab = usedLab(catalogue, assignment);
    if (!lab) return [...new Set(tried.map(({ stepId }) => stepId))].toSorted();
    return lab.steps.filter(({ checks }) => checks.length > 0).map(({ id }) => id);
  }

  return {
    async steps(actor, assignmentId) {
      const { assignment } = await access.assignment(actor, 'progress.read', assignmentId);
      const [work, findings] = await Promise.all([store.work(assignmentId), store.findings(assignmentId)]);
      return summarise(stepsOf(assignment, work), work).map((step) => ({
        ...step,
        findings: findings.flatMap(({ stepId, ...finding }) => (stepId === step.stepId ? [finding] : [])),
      }));
    },

    async stuck(actor, assignmentId, { failures, minutes, sectionId }) {
      requireLimit('failures', failures);
      requireLimit('minutes', minutes);
      const { assignment, course } = await access.assignment(actor, 'progress.read', assignmentId);
      await access.requireSection(course.id, sectionId);
      const [work, working] = await Promise.all([store.work(assignmentId), store.working(assignmentId)]);
      const stepIds = stepsOf(assignment, work);
      const found = findStuck({ stepIds, work, working, now: clock.now(), failures, minutes });
      const ids = found.map(({ learnerId }) => learnerId);
      const members = new Map(
        (await access.learnersAmong(course.id, ids)).map((member) => [member.userId, member]),
      );
      return found.flatMap(({ learnerId, ...stuck }) => {
        const member = members.get(learnerId);
        const isWanted = sectionId === undefined || member?.sectionId === sectionId;
        return member?.active && isWanted ? [{ member, ...stuck }] : [];
      });
    },
  };
}

/** @throws INPUT_INVALID */
function requireLimit(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return;
  throw fault('INPUT_INVALID', { problem: `${name} must be from 1 to ${MOST}.` });
}
