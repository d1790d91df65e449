import type { Clock } from '../clock.ts';
import type { EngineTerminal } from '../engine/engine.ts';
import { requireTerminalSize } from './terminal-size.ts';
import type { TakenTerminal } from './terminal-store.ts';
import type { AttachedTerminal, TerminalSize } from './terminal.ts';

/** How often passing bytes are reported as activity, in milliseconds: far below any idle time, far above a chunk's rate. */
const TOUCH_EVERY_MS = 5_000;

/** Makes of a running shell what a socket carries. `detach` ends it. */
export function attachedTerminal(options: {
  terminal: TakenTerminal;
  engineTerminal: EngineTerminal;
  clock: Clock;
  touchSession: (sessionId: string) => void;
  detach: () => Promise<void>;
}): AttachedTerminal {
  const { terminal, engineTerminal, clock, touchSession, detach } = options;
  const { id, sessionId, rows, cols } = terminal;
  let touchedAt = 0;

  return {
    terminalId: id,
    sessionId,
    size: { rows, cols },
    stream: engineTerminal.stream,
    exited: engineTerminal.exited,
    resize: createResizing(engineTerminal),
    touch() {
      const now = clock.now().getTime();
      if (now - touchedAt < TOUCH_EVERY_MS) return;
      touchedAt = now;
      touchSession(sessionId);
    },
    detach,
  };
}

/** Resizes one after the other. Of those that come while one is under way only the last is done: dragging a window's edge asks for hundreds. */
function createResizing(engineTerminal: EngineTerminal): AttachedTerminal['resize'] {
  let running: Promise<void> | undefined;
  let next: TerminalSize | undefined;

  async function run(): Promise<void> {
    try {
      while (next) {
        const { rows, cols } = next;
        next = undefined;
        await engineTerminal.resize(rows, cols);
      }
    } finally {
      running = undefined;
    }
  }

  return async (size) => {
    next = requireTerminalSize(size);
    running ??= run();
    await running;
  };
}
