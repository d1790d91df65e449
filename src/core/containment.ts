import type { Log } from './log.ts';

/** Where an exception is contained, so that it fails what it belongs to and nothing else. */
export const boundaries = [
  /** A request: answered with status 500. */
  'request',
  /** A connection to a port of a machine: closed. */
  'preview',
  /** A WebSocket of a terminal or of GraphQL: closed. */
  'socket',
  /** A listener of the event bus: the others are called. */
  'event-listener',
  /** Work that goes on for as long as the service runs: started again. */
  'background-work',
  /** Anything that escaped all of these: the last resort, and a bug to fix. */
  'process',
] as const;

export type Boundary = (typeof boundaries)[number];

/** Reports an exception that a boundary contained: to the log, and to the metric that counts them. */
export type Contained = (boundary: Boundary, error: unknown, details?: object) => void;

/** Reports to `log` and to `count`. */
export function createContained(options: { log: Log; count: (boundary: Boundary) => void }): Contained {
  return (boundary, error, details) => {
    options.count(boundary);
    options.log.error({ err: error, boundary, ...details }, 'an exception was contained');
  };
}

/** Reports to a log alone, where nothing counts. */
export function containedBy(log: Log): Contained {
  return createContained({ log, count: () => undefined });
}

/**
 * Makes a listener that never throws: an exception of `listener`, thrown or by rejection, is
 * reported, then `fail` ends what it belongs to.
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
