import { createBudgets } from '../../../core/budgets.ts';
import type { Budgets, BudgetsOptions } from '../../../core/budgets.ts';

const MIB = 1024 ** 2;

/**
 * Output that all terminals of one learner may print while no owner is attached, in bytes: builds and logs print far
 * less. The service handles some hundred megabytes a second, so it stays responsive even if a whole class floods.
 */
const UNATTENDED = { perSecond: MIB, burst: 4 * MIB };

/** The same for the terminals of all learners together, in bytes. */
const UNATTENDED_OF_ALL = { perSecond: 16 * MIB, burst: 16 * MIB };

/** Terminals that one round resumes; each may then take two turns of the event loop (see pace.ts). */
const RESUMED_AT_ONCE = 4;

/**
 * Overhead that one learner's terminals may cause while an owner is attached, in bytes that would cost the same:
 * 4,000 reads, or 130,000 messages, a second. After a wait, output that a program prints byte by byte arrives in
 * larger pieces.
 */
const ATTENDED = { perSecond: 4 * MIB, burst: 4 * MIB };

/** What the terminals of each learner may print. */
export interface OutputBudgets {
  unattended: Budgets;
  attended: Budgets;
}

export function createOutputBudgets({ time }: Pick<BudgetsOptions, 'time'> = {}): OutputBudgets {
  const given = time ? { time } : {};
  return {
    unattended: createBudgets({
      each: UNATTENDED,
      all: UNATTENDED_OF_ALL,
      resumedAtOnce: RESUMED_AT_ONCE,
      ...given,
    }),
    attended: createBudgets({ each: ATTENDED, ...given }),
  };
}
