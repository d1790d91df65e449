/** Between two rounds in which those who wait go on, in milliseconds: a wait of one round is not felt. */
const ROUND_MS = 10;

/** Accounts kept before those are forgotten that have refilled; each takes some hundred bytes. */
const MOST_IDLE = 1_000;

/** An amount that refills with time, up to `burst`. */
export interface Rate {
  perSecond: number;
  burst: number;
}

export interface BudgetsOptions {
  /** What each account has. */
  each: Rate;
  /** What all accounts have together; not bounded when absent. */
  all?: Rate;
  /** Most that go on in one round; not bounded when absent. */
  goOnAtOnce?: number;
  /** Others than the process's own, for tests. */
  time?: Time;
}

/** Time as budgets need it. */
export interface Time {
  /** In milliseconds; only goes forward. */
  now(): number;
  /** Calls `round` again and again, until the returned function is called. */
  every(ms: number, round: () => void): () => void;
}

const processTime: Time = {
  now: () => performance.now(),
  every(ms, round) {
    const timer = setInterval(round, ms).unref();
    return () => clearInterval(timer);
  },
};

interface Account {
  left: Bucket;
  waiting: Set<() => void>;
}

export type Budgets = ReturnType<typeof createBudgets>;

/**
 * Accounts by name that refill with time. What is spent may exceed what is left, since a cost is known only after the
 * work: the account then waits until that is made up for. Those who wait go on in turn, one of each account in a
 * round, so that nobody gets more by waiting in many places.
 */
export function createBudgets(options: BudgetsOptions) {
  const { each, all, goOnAtOnce = Infinity, time = processTime } = options;
  const accounts = new Map<string, Account>();
  const together = all && createBucket(all, time);
  /** Those that somebody waits for, in the order in which they are next. */
  const waited = new Set<Account>();
  let stop: (() => void) | undefined;

  function account(name: string): Account {
    const known = accounts.get(name);
    if (known) return known;
    if (accounts.size >= MOST_IDLE) forgetIdle();
    const made = { left: createBucket(each, time), waiting: new Set<() => void>() };
    accounts.set(name, made);
    return made;
  }

  function forgetIdle(): void {
    for (const [name, { left, waiting }] of accounts) {
      if (waiting.size === 0 && left.isFull()) accounts.delete(name);
    }
  }

  const hasLeft = ({ left }: Account) => left.hasLeft() && (together?.hasLeft() ?? true);

  function round(): void {
    let gone = 0;
    // A copy: who goes on moves to the end of the order.
    for (const one of Array.from(waited)) {
      if (gone >= goOnAtOnce) return;
      if (!hasLeft(one)) continue;
      gone += 1;
      const [go] = one.waiting;
      // To the end of the order, where there is somebody else.
      waited.delete(one);
      if (go) one.waiting.delete(go);
      if (one.waiting.size > 0) waited.add(one);
      go?.();
    }
    if (waited.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    /** Spends so much; false where nothing is left, and whoever spends should `wait`. */
    spend(name: string, cost: number): boolean {
      const one = account(name);
      one.left.take(cost);
      together?.take(cost);
      return hasLeft(one);
    },

    /** Calls `go` once, in its turn, when something is left again; the returned function takes that back. */
    wait(name: string, go: () => void): () => void {
      const one = account(name);
      one.waiting.add(go);
      waited.add(one);
      stop ??= time.every(ROUND_MS, round);
      return () => {
        one.waiting.delete(go);
        if (one.waiting.size === 0) waited.delete(one);
      };
    },

    /** How many accounts are kept. */
    size: () => accounts.size,
  };
}

type Bucket = ReturnType<typeof createBucket>;

function createBucket({ perSecond, burst }: Rate, { now }: Time) {
  let left = burst;
  let at = now();

  function refill(): void {
    const next = now();
    left = Math.min(burst, left + ((next - at) * perSecond) / 1_000);
    at = next;
  }

  return {
    take(cost: number): void {
      refill();
      left -= cost;
    },
    hasLeft(): boolean {
      refill();
      return left > 0;
    },
    isFull(): boolean {
      refill();
      return left >= burst;
    },
  };
}
