/** Longest time between two checks of a credential, in milliseconds: an event about it can get lost. */
const CHECK_EVERY_MS = 30_000;
/** Shortest wait, in milliseconds: two clocks may differ a little. */
const WAIT_LEAST_MS = 50;

/**
 * Runs `check` when a credential that ends at `first` does, and again whenever the one that `check`
 * resolves to does; at least every {@link CHECK_EVERY_MS}. Undefined ends it. Returns what stops it.
 */
export function watchExpiry(
  first: Date | undefined,
  check: () => Promise<{ expiresAt?: Date | undefined } | undefined>,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function wait(until: Date | undefined): void {
    if (stopped) return;
    const left = until ? until.getTime() - Date.now() : CHECK_EVERY_MS;
    const delay = Math.max(Math.min(left, CHECK_EVERY_MS), WAIT_LEAST_MS);
    timer = setTimeout(() => void look(), delay).unref();
  }

  async function look(): Promise<void> {
    const credential = await check();
    if (credential) wait(credential.expiresAt);
  }

  wait(first);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
