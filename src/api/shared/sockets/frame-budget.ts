import { createBudgets } from '../../../core/budgets.ts';
import type { Budgets, BudgetsOptions } from '../../../core/budgets.ts';
import type { Reading } from './reading.ts';

/**
 * Frames that one user may send over all of their terminal sockets: twenty times as many as someone who pastes during a
 * flood of output sends, and some hundredths of the service's time.
 */
const FRAMES = { perSecond: 2_000, burst: 4_000 };

export const createFrameBudgets = ({ time }: Pick<BudgetsOptions, 'time'> = {}): Budgets =>
  createBudgets({ each: FRAMES, ...(time && { time }) });

/** Counts the frames of one socket. The socket is not read while its account is over budget. */
export function createFrameCount(options: {
  budgets: Budgets;
  /** Called for each frame, since a socket can authenticate after its first frames. */
  account: () => string;
  reading: Reading;
}) {
  const { budgets, account, reading } = options;
  let leave: (() => void) | undefined;

  return {
    count(cost = 1): void {
      const name = account();
      if (budgets.spend(name, cost) || leave) return;
      reading.hold('budget');
      leave = budgets.wait(name, () => {
        leave = undefined;
        reading.release('budget');
      });
    },
    stop(): void {
      leave?.();
      leave = undefined;
    },
  };
}
