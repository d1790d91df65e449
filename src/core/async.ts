import { setMaxListeners } from 'node:events';

export interface LinkedAbort {
  signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Stops listening to the other signals. Must be called when the work is over. */
  unlink(): void;
}

/**
 * Creates a signal that also aborts when one of `others` does, until `unlink` is called. It replaces AbortSignal.any,
 * which in Node 20 leaks memory in the other signals for as long as they exist; many exist as long as the service.
 */
export function linkedAbort(...others: readonly AbortSignal[]): LinkedAbort {
  const own = new AbortController();
  const links = others.map((other) => ({ other, onAbort: () => own.abort(other.reason) }));
  for (const { other, onAbort } of links) {
    // One listener for each running task; Node would warn about more than ten.
    setMaxListeners(0, other);
    if (other.aborted) onAbort();
    else other.addEventListener('abort', onAbort, { once: true });
  }
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    unlink() {
      for (const { other, onAbort } of links) other.removeEventListener('abort', onAbort);
    },
  };
}

/** A promise with the functions that settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

/** Creates a promise that the caller settles. Later values are ignored. */
export function deferred<T>(): Deferred<T> {
  let settle: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle?.(value) };
}
