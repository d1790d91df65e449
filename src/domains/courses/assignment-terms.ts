import { fault } from '../../core/errors.ts';
import type { Assignment, AssignmentOverride, AssignmentTerms } from './assignment.ts';

/** Maximum points of an assignment. */
const POINTS_LIMIT = 10_000;
/** Maximum number of attempts of an assignment. */
const ATTEMPTS_LIMIT = 1_000;
/** Longest time limit, extra time and grace, in minutes: 30 days, as a session's longest lifetime. */
const MINUTES_LIMIT = 30 * 24 * 60;
/** Largest factor of a time limit. */
const FACTOR_LIMIT = 10;

/**
 * Returns what applies to somebody: the member's override wins over the section's, and that over the assignment. If a
 * later date of one makes an earlier date of another impossible, the later one holds.
 */
export function effectiveTerms(
  assignment: AssignmentTerms,
  overrides: {
    section?: AssignmentOverride | undefined;
    member?: AssignmentOverride | undefined;
  },
): AssignmentTerms {
  const { section, member } = overrides;
  const opensAt = member?.opensAt ?? section?.opensAt ?? assignment.opensAt;
  const dueAt = latest(member?.dueAt ?? section?.dueAt ?? assignment.dueAt, opensAt);
  const closesAt = latest(member?.closesAt ?? section?.closesAt ?? assignment.closesAt, dueAt ?? opensAt);
  const { timeLimitMinutes: limit } = assignment;
  const factor = member?.timeFactor ?? section?.timeFactor ?? 1;
  const extra = member?.extraMinutes ?? section?.extraMinutes ?? 0;
  return {
    opensAt,
    dueAt,
    closesAt,
    attempts: member?.attempts ?? section?.attempts ?? assignment.attempts,
    timeLimitMinutes: limit === undefined ? undefined : stretched(limit, factor) + extra,
  };
}

/** Returns a time limit multiplied by a factor, in whole minutes: 110 for 100 × 1.1, which floating point makes larger. */
function stretched(minutes: number, factor: number): number {
  return Math.ceil(Number((minutes * factor).toFixed(6)));
}

/**
 * Requires that an override fits the dates which it does not change. A due date after the end moves the end.
 * @param inherited the assignment's terms, or those of the member's section
 * @throws DATES_INVALID
 */
export function requireOverrideDates(
  inherited: Pick<AssignmentTerms, 'opensAt' | 'dueAt' | 'closesAt'>,
  override: Pick<AssignmentOverride, 'opensAt' | 'dueAt' | 'closesAt'>,
): void {
  const dueAt = override.dueAt ?? inherited.dueAt;
  requireDates({
    opensAt: override.opensAt ?? inherited.opensAt,
    dueAt,
    closesAt: override.closesAt ?? latest(inherited.closesAt, dueAt),
  });
}

/** Returns the later date; undefined stays undefined, which is later than all. */
function latest(date: Date | undefined, least: Date | undefined): Date | undefined {
  return date && least && least > date ? least : date;
}

/** Requires that an assignment opens before it is due, and closes after both. @throws DATES_INVALID */
export function requireDates({
  opensAt,
  dueAt,
  closesAt,
}: Pick<AssignmentTerms, 'opensAt' | 'dueAt' | 'closesAt'>) {
  if (opensAt && dueAt && dueAt <= opensAt) throw misplaced('it would be due before it opens');
  if (dueAt && closesAt && closesAt < dueAt) throw misplaced('it would close before it is due');
  if (opensAt && closesAt && closesAt <= opensAt) throw misplaced('it would close before it opens');
}

function misplaced(problem: string) {
  return fault('DATES_INVALID', { problem });
}

/** Requires that the numbers of an assignment are possible. @throws INPUT_INVALID */
export function requireNumbers(assignment: Assignment): void {
  const { points, attempts, latePercentPerDay, lateFloorPercent, graceMinutes, timeLimitMinutes } =
    assignment;
  requireRange('points', points, 0, POINTS_LIMIT);
  requireWhole('attempts', attempts, 1, ATTEMPTS_LIMIT);
  requireRange('latePercentPerDay', latePercentPerDay, 0, 100);
  requireRange('lateFloorPercent', lateFloorPercent, 0, 100);
  requireWhole('graceMinutes', graceMinutes, 0, MINUTES_LIMIT);
  requireWhole('timeLimitMinutes', timeLimitMinutes, 1, MINUTES_LIMIT);
}

/** Requires that the numbers of an override are possible. @throws INPUT_INVALID */
export function requireOverrideNumbers({
  attempts,
  timeFactor,
  extraMinutes,
}: Pick<AssignmentOverride, 'attempts' | 'timeFactor' | 'extraMinutes'>): void {
  requireWhole('attempts', attempts, 1, ATTEMPTS_LIMIT);
  if (timeFactor !== undefined) requireRange('timeFactor', timeFactor, 1, FACTOR_LIMIT);
  requireWhole('extraMinutes', extraMinutes, 0, MINUTES_LIMIT);
}

function requireRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw fault('INPUT_INVALID', { problem: `"${name}" is ${value}, but must be ${least} to ${most}.` });
}

function requireWhole(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const problem = `"${name}" is ${value}, but must be a whole number from ${least} to ${most}.`;
  throw fault('INPUT_INVALID', { problem });
}
