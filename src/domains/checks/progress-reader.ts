import { isFault } from '../../core/errors.ts';
import type { AssignmentRules } from '../courses/assignment-rules.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Lab } from '../labs/lab.ts';
import type { HintStore } from './hint-store.ts';
import type { LabProgress } from './results/attempt.ts';
import { countedSteps, progressIn } from './results/lab-progress.ts';
import { pairKey } from './results/progress-store.ts';
import type { ProgressStore } from './results/progress-store.ts';

/** Whose progress in what; without an assignment, in self-study. */
export interface ProgressQuery {
  learnerId: string;
  lab: string;
  assignmentId?: string | undefined;
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

  /** Returns a lab in a version, or else in its present one; undefined if it no longer exists. */
  function labAt(slug: string, version: string | undefined): Lab | undefined {
    try {
      const known = version ?? catalogue.find(slug)?.version;
      return known === undefined ? undefined : catalogue.version(slug, known);
    } catch (error) {
      if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return undefined;
      throw error;
    }
  }

  return async (of) => {
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
      return progressIn(labAt(pair.lab, assignment?.labVersion), place, counting, shown.get(key) ?? []);
    });
  };
}
