import { setImmediate as nextImmediate } from 'node:timers/promises';
import { createBudgets } from '../../core/budgets.ts';
import type { Budgets, BudgetsOptions } from '../../core/budgets.ts';
import { MIB } from '../../core/units.ts';

/**
 * Maximum output of one terminal that is handled in one turn of the event loop, in bytes: about a millisecond's work.
 */
const TURN_BYTES = 128 * 1024;
/** The same for all terminals together, in bytes. */
const TURN_BYTES_OF_ALL = 1024 * 1024;
/** Output of one terminal in a turn that does not wait for the others, in bytes. */
const UNSHARED_BYTES = 16 * 1024;

/** Overhead of one read, in bytes that cost the same: the system call and its events. */
const READ_COST = 1_024;
/** Overhead of one message from the agent, in bytes that cost the same. */
const MESSAGE_COST = 32;

/**
 * Keeps one terminal from taking more than its share of the service. `isHolding` says whether its shell must wait;
 * `onChange` is called when that changes. While an owner is attached, the owner's own reading limits the output;
 * otherwise the learner's budget does.
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
  /** Whether it has had its share of a turn of the event loop, and waits for another one. */
  let isTurnOver = false;
  /** Bytes to come that are not charged. */
  let free = 0;
  let isOver = false;
  let waiting: { attended: boolean; leave: () => void } | undefined;

  function nextTurn(): void {
    turn = undefined;
    bytesOfTurn = 0;
    if (!isTurnOver) return;
    budgets.turns.wait(() => {
      isTurnOver = false;
      onChange();
    });
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

    /** Does not charge for the next `bytes`: the shell printed them before this process took it over. */
    spare(bytes: number): void {
      free = bytes;
    },

    /** Charges for output that was read, and for the messages in which it came. */
    count(bytes: number, messages: number): void {
      turn ??= setImmediate(nextTurn);
      const cost = bytes + messages * MESSAGE_COST;
      bytesOfTurn += cost;
      const spared = Math.min(free, bytes);
      free -= spared;
      spend(bytes - spared, READ_COST + messages * MESSAGE_COST);
      const isShared = budgets.turns.spend(cost) && bytesOfTurn >= UNSHARED_BYTES;
      if (bytesOfTurn >= TURN_BYTES || isShared) isTurnOver = true;
      if (isTurnOver || waiting) onChange();
    },

    /** An owner attached or detached: a wait for the other budget ends. */
    attendanceChanged(): void {
      if (waiting && waiting.attended !== isAttended()) stopWaiting();
    },

    /** The terminal has ended, or is being ended: the rest of its output waits for no budget. */
    stop(): void {
      isOver = true;
      stopWaiting();
    },
  };
}

/**
 * Output that all terminals of one learner may print while no owner is attached, in bytes: builds and logs print far
 * less. The service handles some hundred megabytes a second, so it stays responsive even if a whole class floods.
 */
const UNATTENDED = { perSecond: MIB, burst: 4 * MIB };

/** The same for the terminals of all learners together, in bytes. */
const UNATTENDED_OF_ALL = { perSecond: 16 * MIB, burst: 16 * MIB };

/** Terminals that one round resumes; each may then take two turns of the event loop. */
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
  /** Shared by all terminals. */
  turns: Turns;
}

/** Waiting terminals that continue in one turn of the event loop. */
const CONTINUED_AT_ONCE = TURN_BYTES_OF_ALL / TURN_BYTES;

type Turns = ReturnType<typeof createTurns>;

/**
 * Shares the turns of the event loop between terminals that print much: a few continue in each, in order, so that a turn
 * stays short however many there are.
 */
function createTurns() {
  const waiting: (() => void)[] = [];
  let bytesOfTurn = 0;
  let continued = 0;
  let isNextPlanned = false;

  function planNext(): void {
    if (isNextPlanned) return;
    isNextPlanned = true;
    void nextImmediate().then(begin);
  }

  function begin(): void {
    isNextPlanned = false;
    bytesOfTurn = 0;
    continued = 0;
    // If a callback throws, the others continue in the next turn.
    while (continued < CONTINUED_AT_ONCE) {
      const go = waiting.shift();
      if (!go) return;
      proceed(go);
    }
  }

  function proceed(go: () => void): void {
    continued += 1;
    planNext();
    go();
  }

  return {
    /** Counts output of this turn, in bytes that cost the same. Returns whether it has been enough for all. */
    spend(cost: number): boolean {
      planNext();
      bytesOfTurn += cost;
      return bytesOfTurn >= TURN_BYTES_OF_ALL;
    },

    /** Calls `go` in this turn or, behind others that wait, in a later one. */
    wait(go: () => void): void {
      if (waiting.length === 0 && continued < CONTINUED_AT_ONCE) proceed(go);
      else waiting.push(go);
    },
  };
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
    turns: createTurns(),
  };
}
