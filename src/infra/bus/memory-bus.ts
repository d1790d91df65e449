import { fault } from '../../core/errors.ts';
import { containedBy } from '../../core/containment.ts';
import type { Contained } from '../../core/containment.ts';
import type { Log } from '../../core/log.ts';
import type { EventBus, BerthEvents, Topic } from './event-bus.ts';

/** Creates the event bus of a service with one process. */
export function createMemoryBus(options: ListenersOptions): EventBus {
  const listeners = createListeners(options);
  return {
    async publish(topic, event) {
      if (listeners.closed) throw fault('EVENTS_CLOSED');
      listeners.deliver(topic, event);
    },
    listen: (topic, listener) => listeners.listen(topic, listener),
    healthy: () => !listeners.closed,
    async close() {
      listeners.close();
    },
  };
}

/** The listeners of one process, which both implementations use. */
interface Listeners {
  listen: EventBus['listen'];
  /** Calls the listeners of `topic` after the current event. Ignores unknown topics. */
  deliver(topic: string, event: object): void;
  close(): void;
  readonly closed: boolean;
}

interface ListenersOptions {
  log: Log;
  /** Receives exceptions of listeners; by default, they are only logged. */
  contained?: Contained;
}

/** Creates an empty set of listeners. */
export function createListeners(options: ListenersOptions): Listeners {
  const { contained = containedBy(options.log) } = options;
  const byTopic = new Map<string, Set<(event: never) => unknown>>();
  let closed = false;

  function call(topic: string, listener: (event: never) => unknown, event: object): void {
    const report = (error: unknown) => contained('event-listener', error, { topic });
    try {
      const result = listener(event as never);
      if (result instanceof Promise) result.catch(report);
    } catch (error) {
      report(error);
    }
  }

  return {
    listen<T extends Topic>(topic: T, listener: (event: BerthEvents[T]) => void): () => void {
      if (closed) throw fault('EVENTS_CLOSED');
      const listeners = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, listeners);
      // Wrapped, so that a function that is added twice is called twice, and each can be stopped separately.
      const entry = (event: never) => listener(event);
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
        if (listeners.size === 0 && byTopic.get(topic) === listeners) byTopic.delete(topic);
      };
    },
    deliver(topic, event) {
      queueMicrotask(() => {
        const listeners = byTopic.get(topic) ?? new Set();
        // A listener that an earlier one stopped is not called any more. One that was just added is not called yet.
        for (const listener of Array.from(listeners)) {
          if (listeners.has(listener)) call(topic, listener, event);
        }
      });
    },
    close() {
      closed = true;
      byTopic.clear();
    },
    get closed() {
      return closed;
    },
  };
}
