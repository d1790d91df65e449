import { groupBy } from '../../core/group.ts';
import type { Quartiles, StepInsight, StuckLearner } from './insight.ts';
import type { StepWork, Working } from './insight-store.ts';

const MINUTE_MS = 60_000;

/** Summarises the work at each step, in the given order. */
export function summarise(
  stepIds: readonly string[],
  work: readonly StepWork[],
): Omit<StepInsight, 'findings'>[] {
  const byLearner = groupBy(work, ({ learnerId }) => learnerId);
  return stepIds.map((stepId) => {
    const tried = work.filter((each) => each.stepId === stepId);
    const passes = tried.flatMap((each) => {
      const { passedAt, learnerId } = each;
      return passedAt
        ? [{ ...each, passedAt, from: beginning(byLearner.get(learnerId) ?? [], each, passedAt) }]
        : [];
    });
    return {
      stepId,
      tried: tried.length,
      passed: passes.length,
      attempts: quartiles(passes.map(({ attempts }) => attempts)),
      minutes: quartiles(
        passes.map(({ passedAt, from }) => (passedAt.getTime() - from.getTime()) / MINUTE_MS),
      ),
    };
  });
}

/** Returns from when a learner worked on a step: when they passed another one before, or when they started. */
function beginning(own: readonly StepWork[], { stepId, startedAt }: StepWork, passedAt: Date): Date {
  const before = own.flatMap((each) =>
    each.stepId !== stepId && each.passedAt && each.passedAt <= passedAt ? [each.passedAt] : [],
  );
  return latest(startedAt, ...before);
}

/**
 * Returns the quartiles of numbers, interpolated as spreadsheets do (`QUARTILE.INC`, method 7 of Hyndman and Fan, Sample
 * Quantiles in Statistical Packages, 1996); undefined without any.
 */
export function quartiles(values: readonly number[]): Quartiles | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number) => {
    const place = (sorted.length - 1) * part;
    const [below = 0, above = below] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
    return below + (above - below) * (place % 1);
  };
  return sorted.length === 0 ? undefined : { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

/** Returns the learners who may need help, most failures first. */
export function findStuck(options: {
  /** The steps with checks, in order. */
  stepIds: readonly string[];
  work: readonly StepWork[];
  working: readonly Working[];
  now: Date;
  failures: number;
  minutes: number;
}): (Omit<StuckLearner, 'member'> & { learnerId: string })[] {
  const { stepIds, work, working, now, failures: mostFailures, minutes } = options;
  const done = groupBy(work, ({ learnerId }) => learnerId);
  const running = new Map(working.map((session) => [session.learnerId, session]));
  const found = [...new Set([...done.keys(), ...running.keys()])].flatMap((learnerId) => {
    const own = done.get(learnerId) ?? [];
    const session = running.get(learnerId);
    const step = presentStep(stepIds, own, mostFailures);
    if (step === undefined) return [];
    const { stepId, failures } = step;
    const since = latest(
      ...own.flatMap(({ startedAt, passedAt }) => passedAt ?? startedAt),
      ...(session ? [session.readyAt] : []),
    );
    const limit = minutes * MINUTE_MS;
    // Somebody who left the machine running needs no help.
    const isActive = session && now.getTime() - session.lastActivityAt.getTime() < limit;
    const reasons = [
      ...(failures >= mostFailures ? (['failures'] as const) : []),
      ...(isActive && now.getTime() - since.getTime() >= limit ? (['no_progress'] as const) : []),
    ];
    return reasons.length > 0 ? [{ learnerId, stepId, reasons, failures, since }] : [];
  });
  return found.toSorted((a, b) => b.failures - a.failures || a.since.getTime() - b.since.getTime());
}

/**
 * Returns the step that a learner failed most, at least `failures` times, or else the one that they tried last without
 * passing it, or else the first one to pass; undefined after all.
 */
function presentStep(
  stepIds: readonly string[],
  own: readonly StepWork[],
  failures: number,
): { stepId: string; failures: number } | undefined {
  const byStep = new Map(own.map((each) => [each.stepId, each]));
  const open = stepIds.filter((stepId) => byStep.get(stepId)?.passedAt === undefined);
  const failed = ({ attempts }: StepWork) => (attempts >= failures ? attempts : 0);
  const [tried] = open
    .flatMap((stepId) => byStep.get(stepId) ?? [])
    .toSorted((a, b) => failed(b) - failed(a) || b.lastAt.getTime() - a.lastAt.getTime());
  if (tried) return { stepId: tried.stepId, failures: tried.attempts };
  const [first] = open;
  return first === undefined ? undefined : { stepId: first, failures: 0 };
}

function latest(...dates: readonly Date[]): Date {
  return new Date(Math.max(...dates.map((date) => date.getTime())));
}
