import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EngineTerminal } from '../../engine/engine-terminals.ts';
import { isFault } from '../../core/errors.ts';
import { system } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import { newLease } from '../../infra/leases/lease.ts';
import type { Lease } from '../../infra/leases/lease.ts';
import type { SessionService, SessionState } from '../sessions/session.ts';
import { createLiveTerminal } from './live-terminal.ts';
import type { LiveTerminal } from './live-terminal.ts';
import type { OutputBudgets } from './pacing.ts';
import type { Recorder } from './recordings/recorder.ts';
import type { Recordings } from './recordings/recordings.ts';
import type { Shells, ShellContext } from './shells.ts';
import { createSizeSaver } from './resize-queue.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { TerminalOver, TerminalSize } from './terminal.ts';

interface ShellOwnershipOptions {
  store: TerminalStore;
  shells: Shells;
  sessions: Pick<SessionService, 'get' | 'touch'>;
  engine: Pick<Engine, 'reattachTerminal' | 'endShell'>;
  recordings: Pick<Recordings, 'resume'>;
  budgets: OutputBudgets;
  clock: Clock;
  log: Log;
  leaseOwner: string;
}

/**
 * How often input and output count as session activity, in milliseconds: far below any idle time, and far less often
 * than chunks arrive.
 */
const TOUCH_EVERY_MS = 5_000;

/**
 * Adopts a durable shell of another process. Resolves to 'other-process' if another one was first, and to undefined if
 * the shell is gone.
 */
export type Adopt = (terminal: StoredTerminal) => Promise<LiveTerminal | 'other-process' | undefined>;

/**
 * Creates the functions that make this process the owner of a shell: of one that it started, or of one that another
 * process left.
 */
export function createShellOwnership(options: ShellOwnershipOptions) {
  const { store, shells, sessions, engine, recordings, budgets, clock, log, leaseOwner } = options;

  /** Marks the terminal as ended. If the database does not answer, the lease expires and recovery marks it. */
  async function storeEnd(id: string, over: TerminalOver): Promise<void> {
    if (over === 'other-process') return;
    try {
      await store.end(id, { at: clock.now(), exitCode: over.exitCode });
    } catch (error) {
      log.error({ err: error, terminalId: id }, 'marking a terminal as ended failed');
    }
  }

  /** Reconnects to a shell after its stream was cut, unless another process has adopted it. */
  async function reconnect(
    id: string,
    handle: { machineId: string; shell: string },
    from: number,
  ): Promise<EngineTerminal | 'other-process' | undefined> {
    const stored = await store.find(id);
    if (stored && !stored.endedAt && stored.lease.owner !== leaseOwner) return 'other-process';
    const found = await engine.reattachTerminal(handle.machineId, handle.shell, from);
    if (!found) await engine.endShell(handle.machineId, handle.shell);
    return found;
  }

  function register(
    id: string,
    context: ShellContext,
    shell: {
      engineTerminal: EngineTerminal;
      machineId: string;
      size: TerminalSize;
      recorder: Recorder | undefined;
    },
  ): LiveTerminal {
    const { engineTerminal, machineId, size, recorder } = shell;
    let touchedAt = 0;
    const saveSize = createSizeSaver((next) => store.saveSize(id, next));
    const live = createLiveTerminal({
      engineTerminal,
      size,
      learnerId: context.learnerId,
      budgets,
      recorder,
      reconnect: (from) => reconnect(id, { machineId, shell: engineTerminal.shell }, from),
      onActivity() {
        const now = clock.now().getTime();
        if (now - touchedAt < TOUCH_EVERY_MS) return;
        touchedAt = now;
        sessions.touch(context.sessionId);
      },
      onResize(next) {
        saveSize(next).catch((error: unknown) => {
          log.warn({ err: error, terminalId: id }, 'storing a terminal size failed');
        });
      },
    });
    shells.add(id, { ...context, live }, async (over) => {
      await recorder?.finish(over, live.output.next);
      await storeEnd(id, over);
    });
    return live;
  }

  async function adoptFrom(terminal: StoredTerminal): ReturnType<Adopt> {
    const { id, sessionId, openedById, handle, lease, rows, cols } = terminal;
    if (!terminal.durable || !handle) return undefined;
    const session = await sessions.get(system, sessionId).catch((error: unknown) => {
      if (isFault(error, 'SESSION_NOT_FOUND')) return undefined;
      throw error;
    });
    if (!session || !shellsRunIn[session.state]) return undefined;
    if (!(await store.transferLease(id, lease.owner, newShellLease(clock, leaseOwner))))
      return 'other-process';
    const recorder = await recordings.resume(id, { rows, cols });
    const engineTerminal = await engine.reattachTerminal(handle.machineId, handle.shell, 0);
    if (!engineTerminal) return undefined;
    // The size is missing if the previous process died while it started the shell.
    await engineTerminal.resize(rows, cols);
    const { learnerId, courseId } = session;
    const { machineId } = handle;
    return register(
      id,
      { sessionId, learnerId, courseId, openedById },
      { engineTerminal, machineId, size: { rows, cols }, recorder },
    );
  }

  /**
   * Adoptions in progress by terminal. The engine gives each shell one stream, so two connections of this process would
   * take it from each other.
   */
  const adopting = new Map<string, ReturnType<Adopt>>();

  const adopt: Adopt = async (terminal) => {
    const { id } = terminal;
    if (shells.has(id)) return shells.get(id)?.live;
    const adoption = adopting.get(id) ?? adoptFrom(terminal).finally(() => adopting.delete(id));
    adopting.set(id, adoption);
    return adoption;
  };

  return { register, adopt };
}

/** How often a process renews the leases of its shells, in milliseconds. */
export const RENEW_EVERY_MS = 15_000;

/** Lifetime of a lease, in milliseconds: two renewals may fail. */
const SHELL_LEASE_MS = 3 * RENEW_EVERY_MS;

/** Returns a lease on a shell that starts now. It lasts longer than other leases, because renewals are rarer. */
export function newShellLease(clock: Pick<Clock, 'now'>, owner: string): Lease {
  return newLease(clock, owner, SHELL_LEASE_MS);
}

/** Session states in which shells keep running. In the others, the machines do not exist or are being removed. */
export const shellsRunIn: Record<SessionState, boolean> = {
  requested: false,
  queued: false,
  provisioning: false,
  ready: true,
  unreachable: true,
  saving: false,
  saved: false,
  stopping: false,
  ended: false,
  failed: false,
};
