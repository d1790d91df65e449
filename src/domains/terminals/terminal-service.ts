import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { system } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import { hashSecret } from '../identity/secrets.ts';
import type { UserService } from '../identity/user.ts';
import { newId } from '../../core/ids.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import { authorize, requireSomebody } from '../sessions/access.ts';
import type { SessionService } from '../sessions/session.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import { createHolds } from './adopting.ts';
import { attachViewer } from './attaching.ts';
import { endingWith } from './ending-with.ts';
import type { Snapshots } from './snapshots/snapshots.ts';
import { recoverShells, upkeep, watchSessions } from './holding.ts';
import { RENEW_EVERY_MS } from './process-hold.ts';
import { createJoining } from './joining.ts';
import { mayStay } from './openers.ts';
import type { ActorOf } from './openers.ts';
import type { OutputBudgets } from './pacing/output-budgets.ts';
import type { Recordings } from './recordings/recordings.ts';
import { createShells } from './shells.ts';
import { requireTerminalSize } from './terminal-size.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { AttachedTerminal, AttachRequest, TerminalService } from './terminal.ts';
import type { TicketStore } from './ticket-store.ts';
import { createTicket, TICKET_LIFETIME_MS } from './tickets.ts';
import type { ViewerRole } from './viewer.ts';

/** How long viewers on their way are waited for when the service stops, in milliseconds. */
const ATTACHING_LIMIT_MS = 1_000;

export interface TerminalServiceOptions {
  store: TerminalStore;
  tickets: TicketStore;
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch' | 'hiddenFrom'>;
  users: Pick<UserService, 'get'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'openTerminal' | 'reattachTerminal' | 'endShell'>;
  snapshots: Pick<Snapshots, 'take'>;
  recordings: Pick<Recordings, 'begin' | 'resume' | 'drop'>;
  budgets: OutputBudgets;
  actorOf: ActorOf;
  credentials: Pick<CredentialWatch, 'read' | 'watch'>;
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
  const {
    store,
    tickets,
    sessions,
    users,
    credentials,
    snapshots,
    events,
    clock,
    log,
    holder,
    terminalLimit,
  } = options;
  const shells = createShells();
  const holds = createHolds({ ...options, shells });
  const holding = { ...options, shells, adopt: holds.adopt };
  const joining = createJoining({ ...options, shells, holds });
  const stopWatching = watchSessions(holding);
  const attaching = new Set<Promise<unknown>>();
  let stopping = false;

  /** The terminal, where the actor may enter its session's machines; undefined where it is not there for them. */
  async function reach(actor: Actor | undefined, id: string): Promise<StoredTerminal | undefined> {
    requireSomebody(actor);
    const terminal = await store.find(id);
    if (!terminal) return undefined;
    try {
      const session = await sessions.get(actor, terminal.sessionId);
      authorize(actor, 'enter', session, await sessions.hiddenFrom(actor));
      return terminal;
    } catch (error) {
      if (isFault(error, 'SESSION_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async function giveTicket(terminalId: string, actor: Actor, role: ViewerRole): Promise<string> {
    const { secret, hash } = createTicket();
    const expiresAt = new Date(clock.now().getTime() + TICKET_LIFETIME_MS);
    const { userId, credential: openedWith } = actor;
    await tickets.insert({ terminalId, userId, role, hash, expiresAt, openedWith });
    return secret;
  }

  async function attach(terminalId: string, request: AttachRequest): Promise<AttachedTerminal> {
    const ticket = await tickets.take(hashSecret(request.ticket), terminalId, clock.now());
    if (!ticket) throw fault('TICKET_INVALID');
    const { userId, role, openedWith: credential } = ticket;
    // A ticket is worth no more than the credential that asked for it.
    const opener = await credentials.read({ userId, ...(credential !== undefined && { credential }) });
    if (!opener) throw fault('TICKET_INVALID');
    const { live, learnerId } = await joining.join(terminalId, userId);
    const mayBeThere = () => mayStay(options, { userId, learnerId });
    if (!(await mayBeThere())) throw fault('TICKET_INVALID');
    const { name } = await users.get(system, userId);
    if (stopping) throw fault('SHUTTING_DOWN');
    const attached = await attachViewer({
      terminalId,
      learnerId,
      live,
      viewer: { id: request.client?.id ?? newId(clock.now()), userId, name, role },
      request,
      snapshots,
      mayBeThere,
      log,
    });
    return endingWith(credentials, opener, attached);
  }

  return {
    async open(actor, { sessionId, machine, ...size }) {
      requireSomebody(actor);
      const { rows, cols } = requireTerminalSize(size);
      await sessions.machine(actor, sessionId, machine);
      const now = clock.now();
      const { userId } = actor;
      const place = { sessionId, machine, openedById: userId };
      const terminal = await store.insert({
        id: newId(now),
        ...place,
        rows,
        cols,
        now,
        limit: terminalLimit,
      });
      return { terminal, ticket: await giveTicket(terminal.id, actor, 'owner') };
    },

    async ticket(actor, terminalId, wanted) {
      const terminal = await reach(actor, terminalId);
      requireSomebody(actor);
      if (!terminal) throw fault('TERMINAL_NOT_FOUND');
      if (terminal.endedAt && !shells.get(terminalId)) throw fault('TERMINAL_ENDED');
      const isOwner = actor.userId === terminal.openedById;
      const role = wanted ?? (isOwner ? 'owner' : 'watching');
      if (role === 'owner' && !isOwner) throw fault('FORBIDDEN', { needed: 'a terminal that you opened' });
      return { terminal, role, ticket: await giveTicket(terminal.id, actor, role) };
    },

    async attach(terminalId, request) {
      if (stopping) throw fault('SHUTTING_DOWN');
      const attached = attach(terminalId, request);
      attaching.add(attached);
      try {
        return await attached;
      } finally {
        attaching.delete(attached);
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
      await joining.endShell(terminal);
      // The process that holds it may have noted the end by now.
      if (await store.end(terminalId, { at: clock.now() })) {
        await events.publish('terminal.ended', { terminalId, sessionId: terminal.sessionId });
      }
      return true;
    },

    held: () => shells.ids().length,

    recover: (signal) => recoverShells(holding, signal),

    async maintain(signal) {
      /** Goes on beside the upkeep: a machine that does not answer would have the holds here run out meanwhile. */
      let recovering: Promise<void> | undefined;
      const recover = () =>
        recoverShells(holding, signal)
          .catch((error: unknown) => log.error({ err: error }, 'terminals could not be taken over yet'))
          .finally(() => (recovering = undefined));
      while (!signal.aborted) {
        await delay(clock, RENEW_EVERY_MS, signal);
        if (signal.aborted) break;
        await upkeep(holding).catch((error: unknown) => {
          log.error({ err: error }, 'the upkeep of terminals failed; it goes on');
        });
        recovering ??= recover();
      }
      await recovering;
    },

    async shutdown() {
      stopping = true;
      stopWatching();
      // One that waits for a machine must not keep the others' shells from being let go.
      await Promise.race([
        Promise.allSettled(attaching),
        sleep(ATTACHING_LIMIT_MS, undefined, { ref: false }),
      ]);
      const { left, failed } = await shells.leaveAll();
      await store.letGo(left, holder);
      if (failed > 0) log.warn({ shells: failed }, 'shells were left for the next start to end');
    },
  };
}
