/**
 * Runs `work` with a signal that aborts with `signal`, with the reason `late` after `seconds`, or when the work
 * calls `abort`. @throws what the work throws
 */
export async function withDeadline<T>(
  { seconds, late, signal }: { seconds: number; late: () => Error; signal: AbortSignal | undefined },
  work: (signal: AbortSignal, abort: (reason: unknown) => void) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(late()), seconds * 1_000);
  try {
    const abort = (reason: unknown) => own.abort(reason);
    return await work(signal ? AbortSignal.any([signal, own.signal]) : own.signal, abort);
  } finally {
    clearTimeout(timer);
  }
}
