import type { Log } from './log.ts';

/** Boundaries that contain an exception, so that it affects only what it belongs to. */
export const boundaries = [
  /** A request: the response has status 500. */
  'request',
  /** A connection to a port of a machine: it is closed. */
  'preview',
  /** A WebSocket of a terminal or of GraphQL: it is closed. */
  'socket',
  /** A listener of the event bus: the others are still called. */
  'event-listener',
  /** A background worker: it is started again. */
  'background-work',
  /** The last resort for exceptions that no other boundary caught, which are bugs. */
  'process',
] as const;

export type Boundary = (typeof boundaries)[number];

/** Reports an exception that a boundary contained, to the log and to the metric. */
export type Contained = (boundary: Boundary, error: unknown, details?: object) => void;

/** Creates the function that reports contained exceptions to `log` and to `count`. */
export function createContained(options: { log: Log; count: (boundary: Boundary) => void }): Contained {
  return (boundary, error, details) => {
    options.count(boundary);
    options.log.error({ err: error, boundary, ...details }, 'contained an exception');
  };
}

/** Creates the function that reports contained exceptions only to a log. */
export function containedBy(log: Log): Contained {
  return createContained({ log, count: () => undefined });
}

/**
 * Wraps a listener so that it never throws. If `listener` throws or rejects, the exception is reported, and `fail` ends
 * what it belongs to.
 */
export function guard<A extends unknown[]>(
  options: { contained: Contained; boundary: Boundary; details?: object; fail: () => void },
  listener: (...given: A) => unknown,
): (...given: A) => void {
  const { contained, boundary, details, fail } = options;
  function end(error: unknown): void {
    contained(boundary, error, details);
    try {
      fail();
    } catch (second) {
      contained(boundary, second, details);
    }
  }
  return (...given) => {
    try {
      const result = listener(...given);
      if (result instanceof Promise) result.catch(end);
    } catch (error) {
      end(error);
    }
  };
}
