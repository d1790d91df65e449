import type { Clock } from '../clock.ts';
import type { Engine } from '../engine/engine.ts';
import { fault, isFault } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { Actor } from '../identity/actor.ts';
import { hashSecret } from '../identity/secrets.ts';
import { newId } from '../ids.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../log.ts';
import { rest } from '../rest.ts';
import { authorize, requireSomebody } from '../sessions/access.ts';
import type { SessionService } from '../sessions/session.ts';
import { attachedTerminal } from './attach.ts';
import { holdUntil, recoverShells, RENEW_EVERY_MS, upkeep, watchSessions } from './holding.ts';
import { mayStay } from './openers.ts';
import type { ActorOf } from './openers.ts';
import { createShells } from './shells.ts';
import { startShell } from './start-shell.ts';
import { requireTerminalSize } from './terminal-size.ts';
import type { TerminalStore } from './terminal-store.ts';
import type { AttachedTerminal, Terminal, TerminalService } from './terminal.ts';
import { createTicket, TICKET_LIFETIME_MS } from './tickets.ts';

export interface TerminalServiceOptions {
  store: TerminalStore;
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'openTerminal' | 'endShell'>;
  actorOf: ActorOf;
  events: EventBus;
  clock: Clock;
  log: Log;
  /** Names this process among those that share the database; new with each start. */
  holder: string;
  /** Whether the process of that name surely runs no more; of others the hold runs out. */
  isGone: (holder: string) => boolean;
  /** Most open terminals of one session. */
  terminalLimit: number;
}

/** Terminals: tickets, the shells this process holds, and what a crash left of others. */
export function createTerminalService(options: TerminalServiceOptions): TerminalService {
  const { store, sessions, actorOf, events, clock, log, holder, terminalLimit } = options;
  const shells = createShells();
  const holding = { ...options, shells };
  const stopWatching = watchSessions(holding);
  const starting = new Set<Promise<unknown>>();
  let stopping = false;

  /** The terminal, where the actor may enter its session's machines; undefined where it is not there for them. */
  async function reach(actor: Actor | undefined, id: string): Promise<Terminal | undefined> {
    requireSomebody(actor);
    const terminal = await store.find(id);
    if (!terminal) return undefined;
    try {
      authorize(actor, 'enter', await sessions.get(actor, terminal.sessionId));
      return terminal;
    } catch (error) {
      if (isFault(error, 'SESSION_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async function attach(terminalId: string, ticket: string): Promise<AttachedTerminal> {
    const now = clock.now();
    const terminal = await store.take({
      id: terminalId,
      ticketHash: hashSecret(ticket),
      now,
      holder,
      heldUntil: holdUntil(now),
    });
    if (!terminal) throw fault('TICKET_INVALID');
    try {
      const { sessionId, openedById } = terminal;
      const opener = await actorOf(openedById);
      if (!opener) throw fault('TICKET_INVALID');
      const machine = await sessions.machine(opener, sessionId, terminal.machine);
      const engineTerminal = await startShell({ ...options, terminal, machine });
      const { learnerId } = machine;
      shells.hold(terminalId, { sessionId, learnerId, openedById, engineTerminal }, (exitCode) =>
        noteEnd(terminalId, exitCode),
      );
      const handle = { machineId: machine.machineId, shell: engineTerminal.shell };
      if (!(await store.started(terminalId, handle))) throw fault('TICKET_INVALID');
      // A change of the opener that came before the hold found no shell to end.
      if (!(await mayStay(actorOf, { openedById, learnerId }))) throw fault('TICKET_INVALID');
      if (stopping) throw fault('SHUTTING_DOWN');
      return attachedTerminal({
        terminal,
        engineTerminal,
        clock,
        touchSession: (id) => sessions.touch(id),
        detach: () => shells.end(terminalId),
      });
    } catch (error) {
      await giveUp(terminalId);
      throw error;
    }
  }

  async function giveUp(terminalId: string): Promise<void> {
    try {
      if (shells.has(terminalId)) await shells.end(terminalId);
      else await store.end(terminalId, { at: clock.now() });
    } catch (error) {
      log.error({ err: error, terminalId }, 'a shell that nobody sees could not be ended yet');
    }
  }

  /** Where the database does not answer now, the hold on the terminal runs out, and it is marked then. */
  async function noteEnd(terminalId: string, exitCode: number | undefined): Promise<void> {
    try {
      await store.end(terminalId, { at: clock.now(), exitCode });
    } catch (error) {
      log.error({ err: error, terminalId }, 'the end of a terminal could not be noted yet');
    }
  }

  return {
    async open(actor, { sessionId, machine, ...size }) {
      requireSomebody(actor);
      const { rows, cols } = requireTerminalSize(size);
      await sessions.machine(actor, sessionId, machine);
      const now = clock.now();
      const ticket = createTicket();
      const terminal = await store.insert({
        id: newId(now),
        sessionId,
        machine,
        openedById: actor.userId,
        rows,
        cols,
        ticketHash: ticket.hash,
        ticketExpiresAt: new Date(now.getTime() + TICKET_LIFETIME_MS),
        now,
        limit: terminalLimit,
      });
      return { terminal, ticket: ticket.secret };
    },

    async attach(terminalId, ticket) {
      if (stopping) throw fault('SHUTTING_DOWN');
      const attached = attach(terminalId, ticket);
      starting.add(attached);
      try {
        return await attached;
      } finally {
        starting.delete(attached);
      }
    },

    async list(actor, sessionId) {
      await sessions.get(actor, sessionId);
      return store.listOpen(sessionId, clock.now());
    },

    async close(actor, terminalId) {
      const terminal = await reach(actor, terminalId);
      if (!terminal || terminal.endedAt) return false;
      if (shells.has(terminalId)) {
        await shells.end(terminalId);
        return true;
      }
      const closed = await store.end(terminalId, { at: clock.now() });
      if (closed) await events.publish('terminal.ended', { terminalId, sessionId: terminal.sessionId });
      return closed;
    },

    held: () => shells.ids().length,

    recover: () => recoverShells(holding),

    async maintain(signal) {
      while (!signal.aborted) {
        await rest(clock, RENEW_EVERY_MS, signal);
        if (signal.aborted) return;
        await upkeep(holding).catch((error: unknown) => {
          log.error({ err: error }, 'the upkeep of terminals failed; it goes on');
        });
      }
    },

    async shutdown() {
      stopping = true;
      stopWatching();
      await Promise.allSettled(starting);
      const { failed } = await shells.endAll();
      if (failed > 0) log.warn({ shells: failed }, 'shells were left for the next start to end');
    },
  };
}
