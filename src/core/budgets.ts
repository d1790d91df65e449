/** Time between two rounds that resume waiters, in milliseconds: nobody notices a wait of one round. */
const ROUND_MS = 10;

/** Number of accounts from which full ones are dropped; each takes some hundred bytes. */
const MAX_IDLE = 1_000;

/** An amount that refills with time, up to `burst`. */
interface Rate {
  perSecond: number;
  burst: number;
}

export interface BudgetsOptions {
  /** The rate of each account. */
  each: Rate;
  /** The rate of all accounts together; no limit if absent. */
  all?: Rate;
  /** Maximum number of waiters that one round resumes; no limit if absent. */
  resumedAtOnce?: number;
  /** Replaces the process's clock and timers in tests. */
  time?: Time;
}

/** The clock and the timer that budgets need. */
export interface Time {
  /** Returns the time in milliseconds; it never decreases. */
  now(): number;
  /** Calls `round` every `ms` milliseconds, until the returned function is called. */
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
 * Creates accounts by name that refill with time. A cost is known only after the work, so an account may be overdrawn;
 * it must then wait until it has refilled. Each round resumes one waiter of each account, so that an account gains
 * nothing from having many waiters.
 */
export function createBudgets(options: BudgetsOptions) {
  const { each, all, resumedAtOnce = Infinity, time = processTime } = options;
  const accounts = new Map<string, Account>();
  const together = all && createBucket(all, time);
  /** Accounts with waiters, in the order in which they are next. */
  const waited = new Set<Account>();
  let stop: (() => void) | undefined;

  function account(name: string): Account {
    const known = accounts.get(name);
    if (known) return known;
    if (accounts.size >= MAX_IDLE) forgetIdle();
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
    let resumed = 0;
    // A copy, since a resumed account moves to the end of the order.
    for (const one of Array.from(waited)) {
      if (resumed >= resumedAtOnce) return;
      if (!hasLeft(one)) continue;
      resumed += 1;
      const [go] = one.waiting;
      // The account moves to the end of the order if it has more waiters.
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
    /** Charges the account. Returns false if it is overdrawn: the caller should then `wait`. */
    spend(name: string, cost: number): boolean {
      const one = account(name);
      one.left.take(cost);
      together?.take(cost);
      return hasLeft(one);
    },

    /** Calls `go` once, in turn, when the account has refilled. Returns a function that cancels this. */
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

    /** Returns the number of accounts in memory. */
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
