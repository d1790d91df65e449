import type { Clock } from '../clock.ts';
import type { Engine, EngineEvent } from '../engine/engine.ts';

/** Pause before a machine that died is looked at, in milliseconds: a restart by whomever is over by then. */
const SETTLE_MS = 500;

/** Follows what the engine tells, until stopped. */
export function createEngineWatcher(options: {
  engine: Pick<Engine, 'watch'>;
  clock: Clock;
  /** Machines of this session died or went. */
  onMachine: (sessionId: string) => void;
  onLost: () => void;
  onReturned: () => void;
}) {
  const { engine, clock, onMachine, onLost, onReturned } = options;
  const stopping = new AbortController();
  /** Sessions about to be looked at: one look serves all that happens to one meanwhile. */
  const settling = new Set<string>();

  function settle(sessionId: string): void {
    if (settling.has(sessionId)) return;
    settling.add(sessionId);
    const look = () => (settling.delete(sessionId), onMachine(sessionId));
    clock.sleep(SETTLE_MS, stopping.signal).then(look, () => undefined);
  }

  function follow(event: EngineEvent): void {
    switch (event.type) {
      case 'machine-died':
      case 'machine-removed':
        return settle(event.sessionId);
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
