import type { AssignmentRules } from '../courses/assignment-rules.ts';
import type { Assignment } from '../courses/assignment.ts';
import { usedLab } from '../labs/catalogue.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { HintStore } from './hint-store.ts';
import type { LabProgress } from './results/attempt.ts';
import { countedSteps, progressIn } from './results/lab-progress.ts';
import { isTrial } from './results/progress-store.ts';
import type { ProgressStore } from './results/progress-store.ts';

/** Whose progress in what; without an assignment, in self-study. */
export interface ProgressQuery {
  learnerId: string;
  lab: string;
  assignmentId?: string | undefined;
  /** The course of that assignment, if it may have been deleted. */
  courseId?: string | undefined;
  /** The attempt whose result counts if the last one does; 0 for what staff tried. */
  run?: number | undefined;
}

/**
 * Reads the progress of learners in labs, in the order asked. Callers authorise. In an assignment, it has the steps of the
 * version that the assignment uses.
 */
export type ProgressReader = (of: readonly ProgressQuery[]) => Promise<LabProgress[]>;

export function createProgressReader(parts: {
  progress: ProgressStore;
  hints: HintStore;
  assignmentRules: Pick<AssignmentRules, 'byId'>;
  catalogue: Pick<LabCatalogue, 'version' | 'find'>;
}): ProgressReader {
  const { progress, hints, assignmentRules, catalogue } = parts;

  async function read(
    query: ProgressQuery,
    assignments: ReadonlyMap<string, Assignment>,
  ): Promise<LabProgress> {
    const { learnerId, lab: labSlug, assignmentId = '', run } = query;
    const pair = { ...query, trial: run !== undefined && isTrial({ assignmentId, run }) };
    const assignment = assignments.get(assignmentId);
    const lab = usedLab(catalogue, { labSlug, labVersion: assignment?.labVersion });
    const hasHints = lab?.steps.some(({ hints }) => hints.length > 0) ?? false;
    const [tried, shown] = await Promise.all([progress.triedSteps(pair), hasHints ? hints.shown(pair) : []]);
    const counting = countedSteps(tried, assignment?.counts ?? 'best', run);
    return progressIn(lab, { learnerId, labSlug }, counting, shown);
  }

  return async (of) => {
    const ids = new Set(of.flatMap(({ assignmentId }) => assignmentId ?? []));
    const assignments = await assignmentRules.byId([...ids]);
    return await Promise.all(of.map((query) => read(query, assignments)));
  };
}
