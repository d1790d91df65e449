import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault } from '../../core/errors.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Work, WorkAccess } from '../identity/work-access.ts';
import type { Log } from '../../core/log.ts';
import type { RunningMachine, SessionService } from '../sessions/session.ts';
import type { createShellOwnership } from './shell-ownership.ts';
import { isAdoptable } from '../../infra/leases/lease.ts';
import { newShellLease } from './shell-ownership.ts';
import type { LiveTerminal } from './live-terminal.ts';
import { mayStay } from './viewer-access.ts';
import type { ActorOf } from './viewer-access.ts';
import type { Recordings } from './recordings/recordings.ts';
import type { Shells } from './shells.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { EngineTerminal, TerminalSpec } from '../../engine/engine-terminals.ts';
import { shellOf } from '../labs/machine-shell.ts';
import type { TerminalSize } from './terminal.ts';

interface ConnectedShell {
  live: LiveTerminal;
  /** The work in whose machine it runs. */
  work: Work;
}

/**
 * Creates the connector that finds a terminal's shell: one that this process owns, one to adopt from a dead process, or
 * a new one.
 */
export function createShellConnector(options: {
  store: TerminalStore;
  shells: Shells;
  ownership: ReturnType<typeof createShellOwnership>;
  sessions: Pick<SessionService, 'machine'>;
  workAccess: Pick<WorkAccess, 'includes'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  recordings: Pick<Recordings, 'start' | 'drop'>;
  engine: Pick<Engine, 'openTerminal' | 'endShell'>;
  actorOf: ActorOf;
  clock: Clock;
  log: Log;
  leaseOwner: string;
  isGone: (owner: string) => boolean;
}) {
  const {
    store,
    shells,
    ownership,
    sessions,
    catalogue,
    recordings,
    engine,
    actorOf,
    clock,
    log,
    leaseOwner,
    isGone,
  } = options;
  /** Connections in progress, by terminal. */
  const connecting = new Map<string, Promise<ConnectedShell>>();

  function liveShell(id: string): ConnectedShell | undefined {
    const shell = shells.get(id);
    return shell && { live: shell.live, work: shell };
  }

  async function findOrStart(id: string, userId: string): Promise<ConnectedShell> {
    const terminal = await store.find(id);
    if (!terminal) throw fault('TICKET_INVALID');
    if (terminal.endedAt) throw fault('TERMINAL_ENDED');
    if (!terminal.isStarted) return start(terminal, userId);
    // If this process has the lease without a live shell, its last attempt to adopt the shell failed.
    const isFree = terminal.lease.owner === leaseOwner || isAdoptable(terminal.lease, clock.now(), isGone);
    if (!isFree && !terminal.durable) throw fault('TERMINAL_ELSEWHERE');
    const adopted = await ownership.adopt(terminal);
    if (adopted === 'other-process') throw fault('TERMINAL_ELSEWHERE');
    const joined = adopted && liveShell(id);
    if (joined) return joined;
    if (!terminal.handle) throw fault('TERMINAL_ELSEWHERE');
    await endShell(terminal);
    await store.end(id, { at: clock.now() });
    throw fault('TERMINAL_ENDED');
  }

  async function start(terminal: StoredTerminal, userId: string): Promise<ConnectedShell> {
    const { id, sessionId, openedById, rows, cols } = terminal;
    if (!(await store.acquireLease(id, newShellLease(clock, leaseOwner), clock.now())))
      throw fault('TERMINAL_ELSEWHERE');
    try {
      const opener = await actorOf(userId);
      if (!opener) throw fault('TICKET_INVALID');
      const machine = await sessions.machine(opener, sessionId, terminal.machine);
      const { machineId, learnerId, courseId } = machine;
      const lab = catalogue.version(machine.labSlug, machine.labVersion);
      const recorder = await recordings.start(terminal, { learnerId, courseId, lab });
      const storeHandle = async ({ shell, durable }: { shell: string; durable: boolean }) => {
        if (!(await store.saveShell(id, { machineId, shell, durable }))) throw fault('TICKET_INVALID');
      };
      const engineTerminal = await startShell({
        ...options,
        size: terminal,
        machine,
        beforeStart: storeHandle,
      });
      const context = { sessionId, learnerId, courseId, openedById };
      const live = ownership.register(id, context, {
        engineTerminal,
        machineId,
        size: { rows, cols },
        recorder,
      });
      // If the terminal ended or the opener lost access before the shell was registered, nothing has ended the shell
      // yet.
      const stored = await store.find(id);
      if (!stored || stored.endedAt || !(await mayStay(options, openedById, machine)))
        throw fault('TICKET_INVALID');
      return { live, work: machine };
    } catch (error) {
      await endUnused(id);
      throw error;
    }
  }

  async function endUnused(terminalId: string): Promise<void> {
    try {
      if (shells.has(terminalId)) await shells.end(terminalId);
      else {
        await store.end(terminalId, { at: clock.now() });
        await recordings.drop(terminalId);
      }
    } catch (error) {
      log.error({ err: error, terminalId }, 'ending an unused shell failed');
    }
  }

  /** Ends the shell of a terminal in any process: its process may have just died. */
  async function endShell({ handle }: StoredTerminal): Promise<void> {
    if (handle) await engine.endShell(handle.machineId, handle.shell);
  }

  return {
    endShell,

    /**
     * Returns the live shell of this terminal, and starts or adopts it if needed.
     * @throws TICKET_INVALID, TERMINAL_ENDED, TERMINAL_ELSEWHERE, SHELL_NOT_STARTED, SESSION_NOT_READY,
     * SESSION_NOT_FOUND
     */
    async connect(id: string, userId: string): Promise<ConnectedShell> {
      const existing = liveShell(id) ?? connecting.get(id);
      if (existing) return existing;
      const joined = findOrStart(id, userId).finally(() => connecting.delete(id));
      connecting.set(id, joined);
      return joined;
    },
  };
}

/**
 * Starts the shell that the lab defines for the machine, at the terminal's size. `beforeStart` is called with the shell's
 * handle before the shell runs.
 * @throws SHELL_NOT_STARTED, LAB_NOT_FOUND, MACHINE_NOT_FOUND, and any error of `beforeStart`
 */
async function startShell(options: {
  size: TerminalSize;
  machine: RunningMachine;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'openTerminal'>;
  beforeStart: NonNullable<TerminalSpec['beforeStart']>;
}): Promise<EngineTerminal> {
  const { size, machine, catalogue, engine, beforeStart } = options;
  const lab = catalogue.version(machine.labSlug, machine.labVersion);
  const described = lab.machines.find(({ name }) => name === machine.name);
  if (!described) throw fault('MACHINE_NOT_FOUND', { machine: machine.name });
  const { rows, cols } = size;
  return engine.openTerminal(machine.machineId, { ...shellOf(described), rows, cols, beforeStart });
}
