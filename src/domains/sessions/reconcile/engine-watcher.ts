import type { Clock } from '../../../core/clock.ts';
import type { EngineEvent, Engine } from '../../../engine/engine.ts';

/** Pause before a machine that died is looked at, in milliseconds: a restart by whomever is over by then. */
const SETTLE_MS = 500;

/** Follows what the engine tells, until stopped. */
export function createEngineWatcher(options: {
  engine: Pick<Engine, 'watch'>;
  clock: Clock;
  /** Machines of this environment died or went. */
  onMachine: (environmentId: string) => void;
  onLost: () => void;
  onReturned: () => void;
}) {
  const { engine, clock, onMachine, onLost, onReturned } = options;
  const stopping = new AbortController();
  /** Environments about to be looked at: one look serves all that happens to one meanwhile. */
  const settling = new Set<string>();

  function settle(environmentId: string): void {
    if (settling.has(environmentId)) return;
    settling.add(environmentId);
    const look = () => (settling.delete(environmentId), onMachine(environmentId));
    clock.sleep(SETTLE_MS, stopping.signal).then(look, () => undefined);
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
