import type { OutputBudgets } from './output-budgets.ts';

/** Most of one terminal's output that one turn of the event loop takes, in bytes: a millisecond's work. */
const TURN_BYTES = 128 * 1024;

/** What a read costs beside its bytes, in bytes that cost as much: the system call and the events around it. */
const READ_COST = 1_024;
/** … and a message of whoever holds the shell. */
const MESSAGE_COST = 32;

export type Pace = ReturnType<typeof createPace>;

/**
 * Keeps one terminal from taking more than its part of the service: `isHolding` says whether its shell must wait, and
 * `onChange` is called when that changes. A terminal whose owner is there is held back by what its owner takes; one
 * without is by the budget of its learner.
 */
export function createPace(options: {
  budgets: OutputBudgets;
  learnerId: string;
  isAttended: () => boolean;
  onChange: () => void;
}) {
  const { budgets, learnerId, isAttended, onChange } = options;
  let bytesOfTurn = 0;
  let turn: NodeJS.Immediate | undefined;
  let isTurnOver = false;
  /** Bytes that cost nothing. */
  let free = 0;
  let isOver = false;
  let waiting: { attended: boolean; leave: () => void } | undefined;

  function nextTurn(): void {
    turn = undefined;
    bytesOfTurn = 0;
    if (!isTurnOver) return;
    isTurnOver = false;
    onChange();
  }

  function spend(bytes: number, overhead: number): void {
    const attended = isAttended();
    const budget = attended ? budgets.attended : budgets.unattended;
    const left = budget.spend(learnerId, attended ? overhead : bytes + overhead);
    if (left || waiting || isOver) return;
    const go = () => {
      waiting = undefined;
      onChange();
    };
    waiting = { attended, leave: budget.wait(learnerId, go) };
  }

  function stopWaiting(): void {
    waiting?.leave();
    waiting = undefined;
  }

  return {
    isHolding: () => isTurnOver || waiting !== undefined,

    /** The next bytes, so many, cost nothing: they were printed before this process held the shell. */
    spare(bytes: number): void {
      free = bytes;
    },

    /** Output was read that came in so many messages. */
    count(bytes: number, messages: number): void {
      turn ??= setImmediate(nextTurn);
      bytesOfTurn += bytes + messages * MESSAGE_COST;
      const spared = Math.min(free, bytes);
      free -= spared;
      spend(bytes - spared, READ_COST + messages * MESSAGE_COST);
      if (bytesOfTurn >= TURN_BYTES) isTurnOver = true;
      if (isTurnOver || waiting) onChange();
    },

    /** An owner came or went: who is at it now is held back by nothing that came before. */
    attendanceChanged(): void {
      if (waiting && waiting.attended !== isAttended()) stopWaiting();
    },

    /** The terminal is over, or is being ended: what its stream still holds waits for no budget. */
    stop(): void {
      isOver = true;
      stopWaiting();
    },
  };
}
