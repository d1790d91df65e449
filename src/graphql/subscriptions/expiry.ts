/** Where no end is known, as of a web session: how often the credentials are looked at, in milliseconds. */
const LOOK_EVERY_MS = 3_600_000;
/** Shortest wait, in milliseconds: where two clocks differ a little, nothing is asked over and over. */
const WAIT_LEAST_MS = 50;
/** Longest time that a timer of Node takes, in milliseconds: some 25 days. */
const TIMER_LIMIT_MS = 2 ** 31 - 1;

/** Runs `check` when credentials end that end at `first`, and again when those it gives then do. Gives what stops it. */
export function watchExpiry(
  first: Date | undefined,
  check: () => Promise<{ expiresAt?: Date | undefined } | undefined>,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function wait(until: Date | undefined): void {
    if (stopped) return;
    const left = until ? Math.max(until.getTime() - Date.now(), WAIT_LEAST_MS) : LOOK_EVERY_MS;
    const isLate = left > TIMER_LIMIT_MS;
    timer = setTimeout(() => (isLate ? wait(until) : void look()), isLate ? TIMER_LIMIT_MS : left).unref();
  }

  async function look(): Promise<void> {
    const credentials = await check();
    if (credentials) wait(credentials.expiresAt);
  }

  wait(first);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
