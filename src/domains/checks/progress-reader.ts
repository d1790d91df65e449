import type { AssignmentRules } from '../courses/assignment-rules.ts';
import { usedLab } from '../labs/catalogue.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { HintStore } from './hint-store.ts';
import type { LabProgress } from './results/attempt.ts';
import { countedSteps, progressIn } from './results/lab-progress.ts';
import { isTrial, pairKey } from './results/progress-store.ts';
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

  return async (queries) => {
    const of = queries.map((query) => {
      const { assignmentId = '', run } = query;
      return { ...query, trial: run !== undefined && isTrial({ assignmentId, run }) };
    });
    const assignments = new Set(of.flatMap(({ assignmentId }) => assignmentId ?? []));
    const [tried, shown, byId] = await Promise.all([
      progress.of(of),
      hints.of(of),
      assignmentRules.byId([...assignments]),
    ]);
    return of.map((pair) => {
      const place = { learnerId: pair.learnerId, labSlug: pair.lab };
      const assignment = byId.get(pair.assignmentId ?? '');
      const key = pairKey(pair);
      const counting = countedSteps(tried.get(key) ?? [], assignment?.counts ?? 'best', pair.run);
      return progressIn(
        usedLab(catalogue, { labSlug: pair.lab, labVersion: assignment?.labVersion }),
        place,
        counting,
        shown.get(key) ?? [],
      );
    });
  };
}
