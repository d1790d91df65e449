import { DAY_MS } from '../../core/units.ts';
import type { JudgedAttempt } from '../checks/results/attempt.ts';
import { stepScore } from '../checks/results/step-verdict.ts';
import type { Assignment, AssignmentTerms } from '../courses/assignment.ts';
import type { Lab, LabStep } from '../labs/lab.ts';
import { roundPoints } from './grade.ts';
import type { GradedStep } from './grade.ts';

const MINUTE_MS = 60_000;

/** The terms that decide about a grade, in addition to the work. */
export type GradingTerms = Pick<AssignmentTerms, 'dueAt' | 'closesAt'> &
  Pick<Assignment, 'points' | 'counts' | 'latePercentPerDay' | 'lateFloorPercent' | 'graceMinutes'>;

/** The parts of a lab that decide about a grade. */
export type GradedLab = Pick<Lab, 'attempts'> & { steps: Pick<LabStep, 'id' | 'checks'>[] };

/**
 * Computes the points of a learner's work, and what each step contributes: the mean of the steps with checks, each
 * reduced for lateness by the start of its check. Points are undefined without work. Pure.
 * @param attempts the learner's judged attempts at the assignment, oldest first
 */
export function computeGrade(
  lab: GradedLab,
  attempts: readonly JudgedAttempt[],
  terms: GradingTerms,
): { points: number | undefined; steps: GradedStep[] } {
  const { closesAt } = terms;
  const inTime = attempts.filter(({ startedAt }) => !closesAt || startedAt < closesAt);
  const lastRun = Math.max(0, ...inTime.map(({ run }) => run));
  const counting = terms.counts === 'last' ? inTime.filter(({ run }) => run === lastRun) : inTime;
  const steps = lab.steps
    .filter(({ checks }) => checks.length > 0)
    .map((step) => {
      const mine = counting.filter(({ stepId }) => stepId === step.id);
      return gradedStep(step, lab.attempts, mine, terms);
    });
  if (inTime.length === 0 || steps.length === 0) return { points: undefined, steps };
  const sum = steps.reduce((total, { counted }) => total + counted, 0);
  return { points: roundPoints((terms.points * sum) / steps.length), steps };
}

/** Returns the best result of the attempts at a step, or by the lab's rule the best of each attempt's last results. */
function gradedStep(
  step: GradedLab['steps'][number],
  rule: Lab['attempts'],
  attempts: readonly JudgedAttempt[],
  terms: GradingTerms,
): GradedStep {
  const candidates =
    rule === 'last' ? [...new Map(attempts.map((attempt) => [attempt.run, attempt])).values()] : attempts;
  let best: GradedStep = {
    stepId: step.id,
    run: undefined,
    score: 0,
    lateDays: 0,
    counted: 0,
    at: undefined,
  };
  for (const attempt of candidates) {
    const score = scoreUnder(step, attempt);
    const lateDays = daysLate(attempt.startedAt, terms);
    const counted = score * shareLeft(lateDays, terms);
    if (best.run !== undefined && counted <= best.counted) continue;
    best = { stepId: step.id, run: attempt.run, score, lateDays, counted, at: attempt.startedAt };
  }
  return best;
}

/**
 * Returns the score of an attempt with the weights that the step's checks have now. The costs of hints stay as they were.
 */
function scoreUnder(
  { checks }: GradedLab['steps'][number],
  { score, hintCost, checks: judged }: JudgedAttempt,
): number {
  const before = stepScore(judged);
  const now = stepScore(
    checks.map(({ id, weight }) => ({
      weight,
      score: judged.find(({ checkId }) => checkId === id)?.score ?? 0,
    })),
  );
  if (judged.length === 0 || now === before) return score;
  // Earlier versions did not store the cost.
  return Math.max(0, now - Math.max(hintCost, before - score));
}

/** Returns the number of started days after the due date; 0 within the grace. */
function daysLate(at: Date, { dueAt, graceMinutes }: GradingTerms): number {
  if (!dueAt) return 0;
  const late = at.getTime() - dueAt.getTime();
  return late <= graceMinutes * MINUTE_MS ? 0 : Math.ceil(late / DAY_MS);
}

/** Returns the share of a score that lateness leaves, 0 to 1. */
function shareLeft(days: number, { latePercentPerDay, lateFloorPercent }: GradingTerms): number {
  if (days === 0) return 1;
  return Math.max(lateFloorPercent, 100 - latePercentPerDay * days) / 100;
}
