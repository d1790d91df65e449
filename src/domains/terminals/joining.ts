import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault } from '../../core/errors.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../../core/log.ts';
import type { RunningMachine, SessionService } from '../sessions/session.ts';
import type { createHolds } from './adopting.ts';
import { holdUntil, isLeft } from './process-hold.ts';
import type { LiveTerminal } from './live-terminal.ts';
import { mayStay } from './openers.ts';
import type { ActorOf } from './openers.ts';
import type { Recordings } from './recordings/recordings.ts';
import type { Shells } from './shells.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { EngineTerminal, TerminalSpec } from '../../engine/engine-terminals.ts';
import { shellOf } from '../labs/machine-shell.ts';
import type { TerminalSize } from './terminal.ts';

interface Joined {
  live: LiveTerminal;
  learnerId: string;
}

export type Joining = ReturnType<typeof createJoining>;

/** The way to a terminal's shell: the one that this process holds, one that was left, or one that is started now. */
export function createJoining(options: {
  store: TerminalStore;
  shells: Shells;
  holds: ReturnType<typeof createHolds>;
  sessions: Pick<SessionService, 'machine' | 'hiddenFrom'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  recordings: Pick<Recordings, 'begin' | 'drop'>;
  engine: Pick<Engine, 'openTerminal' | 'endShell'>;
  actorOf: ActorOf;
  clock: Clock;
  log: Log;
  holder: string;
  isGone: (holder: string) => boolean;
}) {
  const {
    store,
    shells,
    holds,
    sessions,
    catalogue,
    recordings,
    engine,
    actorOf,
    clock,
    log,
    holder,
    isGone,
  } = options;
  /** Terminals whose shell is on its way. */
  const coming = new Map<string, Promise<Joined>>();

  function held(id: string): Joined | undefined {
    const shell = shells.get(id);
    return shell && { live: shell.live, learnerId: shell.learnerId };
  }

  async function bring(id: string, userId: string): Promise<Joined> {
    const terminal = await store.find(id);
    if (!terminal) throw fault('TICKET_INVALID');
    if (terminal.endedAt) throw fault('TERMINAL_ENDED');
    if (!terminal.begun) return start(terminal, userId);
    // Its own claim on a shell that it does not hold: the last attempt to take it over failed.
    const isFree = terminal.heldBy === holder || isLeft(terminal, clock.now(), isGone);
    if (!isFree && !terminal.durable) throw fault('TERMINAL_ELSEWHERE');
    const adopted = await holds.adopt(terminal);
    if (adopted === 'elsewhere') throw fault('TERMINAL_ELSEWHERE');
    const joined = adopted && held(id);
    if (joined) return joined;
    if (!terminal.handle) throw fault('TERMINAL_ELSEWHERE');
    await endShell(terminal);
    await store.end(id, { at: clock.now() });
    throw fault('TERMINAL_ENDED');
  }

  async function start(terminal: StoredTerminal, userId: string): Promise<Joined> {
    const { id, sessionId, openedById, rows, cols } = terminal;
    const now = clock.now();
    if (!(await store.begin(id, { holder, until: holdUntil(now) }, now))) throw fault('TERMINAL_ELSEWHERE');
    try {
      const opener = await actorOf(userId);
      if (!opener) throw fault('TICKET_INVALID');
      const machine = await sessions.machine(opener, sessionId, terminal.machine);
      const { machineId, learnerId } = machine;
      const lab = catalogue.version(machine.labSlug, machine.labVersion);
      const recorder = await recordings.begin(terminal, { learnerId, lab });
      const note = async ({ shell, durable }: { shell: string; durable: boolean }) => {
        if (!(await store.started(id, { machineId, shell, durable }))) throw fault('TICKET_INVALID');
      };
      const engineTerminal = await startShell({ ...options, size: terminal, machine, note });
      const place = { sessionId, learnerId, openedById };
      const live = holds.hold(id, place, { engineTerminal, machineId, size: { rows, cols }, recorder });
      // An end, or a change of the opener, that came before the hold found no shell to end.
      const stored = await store.find(id);
      if (!stored || stored.endedAt || !(await mayStay(options, { userId: openedById, learnerId })))
        throw fault('TICKET_INVALID');
      return { live, learnerId };
    } catch (error) {
      await giveUp(id);
      throw error;
    }
  }

  async function giveUp(terminalId: string): Promise<void> {
    try {
      if (shells.has(terminalId)) await shells.end(terminalId);
      else {
        await store.end(terminalId, { at: clock.now() });
        await recordings.drop(terminalId);
      }
    } catch (error) {
      log.error({ err: error, terminalId }, 'a shell that nobody sees could not be ended yet');
    }
  }

  /** Ends the shell of a terminal, whichever process holds it: that one may have died a moment ago. */
  async function endShell({ handle }: StoredTerminal): Promise<void> {
    if (handle) await engine.endShell(handle.machineId, handle.shell);
  }

  return {
    endShell,

    /**
     * The shell of this terminal. @throws TICKET_INVALID, TERMINAL_ENDED, TERMINAL_ELSEWHERE,
     * SHELL_NOT_STARTED, SESSION_NOT_READY, SESSION_NOT_FOUND
     */
    async join(id: string, userId: string): Promise<Joined> {
      const there = held(id) ?? coming.get(id);
      if (there) return there;
      const joined = bring(id, userId).finally(() => coming.delete(id));
      coming.set(id, joined);
      return joined;
    },
  };
}

/**
 * Starts the shell that the session's lab gives the machine, at the terminal's size. `note` is called before it begins.
 * @throws SHELL_NOT_STARTED, LAB_NOT_FOUND, MACHINE_NOT_FOUND, and what `note` throws
 */
async function startShell(options: {
  size: TerminalSize;
  machine: RunningMachine;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'openTerminal'>;
  note: NonNullable<TerminalSpec['note']>;
}): Promise<EngineTerminal> {
  const { size, machine, catalogue, engine, note } = options;
  const lab = catalogue.version(machine.labSlug, machine.labVersion);
  const described = lab.machines.find(({ name }) => name === machine.name);
  if (!described) throw fault('MACHINE_NOT_FOUND', { machine: machine.name });
  const { rows, cols } = size;
  return engine.openTerminal(machine.machineId, { ...shellOf(described), rows, cols, note });
}
