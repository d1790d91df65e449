import { createBudgets } from '../budgets.ts';
import type { Budgets, BudgetsOptions } from '../budgets.ts';
import type { Reading } from './reading.ts';

/**
 * Frames that one user may send over all of their terminal sockets: twenty times what somebody sends who pastes
 * while a flood is acknowledged, and some hundredths of the service's time.
 */
const FRAMES = { perSecond: 2_000, burst: 4_000 };

export const createFrameBudgets = ({ time }: Pick<BudgetsOptions, 'time'> = {}): Budgets =>
  createBudgets({ each: FRAMES, ...(time && { time }) });

/** Counts the frames of one socket; a user who has sent too many waits, unread. */
export function createFrameCount(options: { frames: Budgets; userId: string; reading: Reading }) {
  const { frames, userId, reading } = options;
  let leave: (() => void) | undefined;

  return {
    count(): void {
      if (frames.spend(userId, 1) || leave) return;
      reading.hold('budget');
      leave = frames.wait(userId, () => {
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
