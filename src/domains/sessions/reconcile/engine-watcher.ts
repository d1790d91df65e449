import type { Clock } from '../../../core/clock.ts';
import type { EngineEvent, Engine } from '../../../engine/engine.ts';

/** Delay before a machine that died is inspected, in milliseconds: a restart in progress has ended by then. */
const SETTLE_MS = 500;

/** Follows the engine's events until stopped. */
export function createEngineWatcher(options: {
  engine: Pick<Engine, 'watch'>;
  clock: Clock;
  /** Called when machines of this environment died or were removed. */
  onMachine: (environmentId: string) => void;
  onLost: () => void;
  onReturned: () => void;
}) {
  const { engine, clock, onMachine, onLost, onReturned } = options;
  const stopping = new AbortController();
  /** Environments that will be inspected: one inspection covers all events until then. */
  const settling = new Set<string>();

  function settle(environmentId: string): void {
    if (settling.has(environmentId)) return;
    settling.add(environmentId);
    const inspect = () => (settling.delete(environmentId), onMachine(environmentId));
    clock.sleep(SETTLE_MS, stopping.signal).then(inspect, () => undefined);
  }

  function follow(event: EngineEvent): void {
    switch (event.type) {
      case 'machine-died':
      case 'machine-removed':
        return settle(event.environmentId);
      case 'machine-started':
        return;
      case 'engine-lost':
        return onLost();
      case 'engine-returned':
        return onReturned();
    }
  }

  return {
    start: () => engine.watch(follow, stopping.signal),
    stop: () => stopping.abort(),
  };
}
