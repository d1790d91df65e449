import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EngineTerminal } from '../../engine/engine-terminals.ts';
import { isFault } from '../../core/errors.ts';
import { system } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { SessionService } from '../sessions/session.ts';
import { holdUntil, shellsLive } from './process-hold.ts';
import { createLiveTerminal } from './live-terminal.ts';
import type { LiveTerminal } from './live-terminal.ts';
import type { OutputBudgets } from './pacing/output-budgets.ts';
import type { Recorder } from './recordings/recorder.ts';
import type { Recordings } from './recordings/recordings.ts';
import type { Shells, ShellPlace } from './shells.ts';
import { createSizeNotes } from './size-notes.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { TerminalOver, TerminalSize } from './terminal.ts';

interface Adopting {
  store: TerminalStore;
  shells: Shells;
  sessions: Pick<SessionService, 'get' | 'touch'>;
  engine: Pick<Engine, 'reattachTerminal' | 'endShell'>;
  recordings: Pick<Recordings, 'resume'>;
  budgets: OutputBudgets;
  clock: Clock;
  log: Log;
  holder: string;
}

/** How often passing bytes are reported as activity, in milliseconds: far below any idle time, far above a chunk's rate. */
const TOUCH_EVERY_MS = 5_000;

/** Takes over a durable shell; `elsewhere` where another process was first, undefined where it is gone. */
export type Adopt = (terminal: StoredTerminal) => Promise<LiveTerminal | 'elsewhere' | undefined>;

/** Has this process hold shells: those that it started, and those that it takes over. */
export function createHolds(options: Adopting) {
  const { store, shells, sessions, engine, recordings, budgets, clock, log, holder } = options;

  /** Where the database does not answer now, the hold on the terminal runs out, and it is marked then. */
  async function noteEnd(id: string, over: TerminalOver): Promise<void> {
    if (over === 'elsewhere') return;
    try {
      await store.end(id, { at: clock.now(), exitCode: over.exitCode });
    } catch (error) {
      log.error({ err: error, terminalId: id }, 'the end of a terminal could not be noted yet');
    }
  }

  /** Connects again to a shell that was cut off, unless another process has taken it. */
  async function reconnect(
    id: string,
    handle: { machineId: string; shell: string },
    from: number,
  ): Promise<EngineTerminal | 'elsewhere' | undefined> {
    const stored = await store.find(id);
    if (stored && !stored.endedAt && stored.heldBy !== holder) return 'elsewhere';
    const found = await engine.reattachTerminal(handle.machineId, handle.shell, from);
    if (!found) await engine.endShell(handle.machineId, handle.shell);
    return found;
  }

  function hold(
    id: string,
    place: ShellPlace,
    shell: {
      engineTerminal: EngineTerminal;
      machineId: string;
      size: TerminalSize;
      recorder: Recorder | undefined;
    },
  ): LiveTerminal {
    const { engineTerminal, machineId, size, recorder } = shell;
    let touchedAt = 0;
    const noteSize = createSizeNotes((next) => store.resized(id, next));
    const live = createLiveTerminal({
      engineTerminal,
      size,
      learnerId: place.learnerId,
      budgets,
      recorder,
      reconnect: (from) => reconnect(id, { machineId, shell: engineTerminal.shell }, from),
      onActivity() {
        const now = clock.now().getTime();
        if (now - touchedAt < TOUCH_EVERY_MS) return;
        touchedAt = now;
        sessions.touch(place.sessionId);
      },
      onResize(next) {
        noteSize(next).catch((error: unknown) => {
          log.warn({ err: error, terminalId: id }, 'the size of a terminal could not be noted');
        });
      },
    });
    shells.hold(id, { ...place, live }, async (over) => {
      await recorder?.finish(over, live.output.next);
      await noteEnd(id, over);
    });
    return live;
  }

  async function takeOver(terminal: StoredTerminal): ReturnType<Adopt> {
    const { id, sessionId, openedById, handle, heldBy, rows, cols } = terminal;
    if (!terminal.durable || !handle) return undefined;
    const session = await sessions.get(system, sessionId).catch((error: unknown) => {
      if (isFault(error, 'SESSION_NOT_FOUND')) return undefined;
      throw error;
    });
    if (!session || !shellsLive[session.state]) return undefined;
    const until = holdUntil(clock.now());
    if (!(await store.passOn(id, heldBy, { holder, until }))) return 'elsewhere';
    const recorder = await recordings.resume(id, { rows, cols });
    const engineTerminal = await engine.reattachTerminal(handle.machineId, handle.shell, 0);
    if (!engineTerminal) return undefined;
    // One that its process died over before it began has none yet.
    await engineTerminal.resize(rows, cols);
    const { learnerId } = session;
    const { machineId } = handle;
    return hold(
      id,
      { sessionId, learnerId, openedById },
      { engineTerminal, machineId, size: { rows, cols }, recorder },
    );
  }

  /** A shell has one viewer: two connections of this process would take it from each other until it is given up. */
  const adopting = new Map<string, ReturnType<Adopt>>();

  const adopt: Adopt = async (terminal) => {
    const { id } = terminal;
    if (shells.has(id)) return shells.get(id)?.live;
    const under = adopting.get(id) ?? takeOver(terminal).finally(() => adopting.delete(id));
    adopting.set(id, under);
    return under;
  };

  return { hold, adopt };
}
