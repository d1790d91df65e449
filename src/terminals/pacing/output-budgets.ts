import { createBudgets } from '../../budgets.ts';
import type { Budgets, BudgetsOptions } from '../../budgets.ts';

const MIB = 1024 ** 2;

/**
 * What all terminals of one learner may print with nobody at them, in bytes: builds and logs print far less. The
 * service takes some hundred megabytes a second, so a class of learners whose terminals all flood leaves it idle enough.
 */
const UNATTENDED = { perSecond: MIB, burst: 4 * MIB };

/** … and what the terminals of all learners may, in bytes. */
const UNATTENDED_OF_ALL = { perSecond: 16 * MIB, burst: 16 * MIB };

/** Terminals that go on at the same time, each with up to two turns' work (see pace.ts): well below a tick of a clock. */
const GO_ON_AT_ONCE = 4;

/**
 * What one learner's terminals may cost beyond their bytes while their owner is at them, in bytes that would cost as much:
 * 4,000 reads, or 130,000 messages, a second. A program that prints byte by byte is read in larger pieces after a wait.
 */
const ATTENDED = { perSecond: 4 * MIB, burst: 4 * MIB };

/** By learner, what their terminals may print. */
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
      goOnAtOnce: GO_ON_AT_ONCE,
      ...given,
    }),
    attended: createBudgets({ each: ATTENDED, ...given }),
  };
}
