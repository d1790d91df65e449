import { fault } from '../../core/errors.ts';
import type { EventBus } from './event-bus.ts';
import { createListeners } from './listeners.ts';
import type { ListenersOptions } from './listeners.ts';

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
