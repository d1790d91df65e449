import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { system } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import { hashSecret } from '../identity/secrets.ts';
import type { WorkAccess } from '../identity/work-access.ts';
import type { UserService } from '../identity/user.ts';
import { newId } from '../../core/ids.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import { authorize, requireSomebody } from '../sessions/access.ts';
import type { SessionService } from '../sessions/session.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import { createShellOwnership, RENEW_EVERY_MS } from './shell-ownership.ts';
import { attachViewer, endWithCredential } from './attach-viewer.ts';
import type { Snapshots } from './snapshots/snapshots.ts';
import { maintainShells, recoverShells, watchSessions } from './shell-maintenance.ts';
import { createShellConnector } from './shell-connector.ts';
import { mayStay } from './viewer-access.ts';
import type { ActorOf } from './viewer-access.ts';
import type { OutputBudgets } from './pacing.ts';
import type { Recordings } from './recordings/recordings.ts';
import { createShells } from './shells.ts';
import { requireTerminalSize } from './terminal.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { AttachedTerminal, AttachRequest, TerminalService, ViewerRole } from './terminal.ts';
import { createTicket, TICKET_LIFETIME_MS } from './ticket-store.ts';
import type { TicketStore } from './ticket-store.ts';

/** How long shutdown waits for viewers that are attaching, in milliseconds. */
const ATTACHING_LIMIT_MS = 1_000;

export interface TerminalServiceOptions {
  store: TerminalStore;
  tickets: TicketStore;
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  workAccess: WorkAccess;
  users: Pick<UserService, 'get'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'openTerminal' | 'reattachTerminal' | 'endShell'>;
  snapshots: Pick<Snapshots, 'take'>;
  recordings: Pick<Recordings, 'start' | 'resume' | 'drop'>;
  budgets: OutputBudgets;
  actorOf: ActorOf;
  credentialWatch: Pick<CredentialWatch, 'read' | 'watch'>;
  events: EventBus;
  clock: Clock;
  log: Log;
  /** Unique name of this process among all that share the database; new with each start. */
  leaseOwner: string;
  /** Returns whether the named process is known to be dead. Leases of others expire. */
  isGone: (owner: string) => boolean;
  /** Maximum number of open terminals per session. */
  terminalLimit: number;
}

/** Creates the terminal service: tickets, this process's shells, and recovery of shells after a crash. */
export function createTerminalService(options: TerminalServiceOptions): TerminalService {
  const {
    store,
    tickets,
    sessions,
    workAccess,
    users,
    credentialWatch,
    snapshots,
    events,
    clock,
    log,
    leaseOwner,
    terminalLimit,
  } = options;
  const shells = createShells();
  const ownership = createShellOwnership({ ...options, shells });
  const maintenance = { ...options, shells, adopt: ownership.adopt };
  const connector = createShellConnector({ ...options, shells, ownership });
  const stopWatching = watchSessions(maintenance);
  const attaching = new Set<Promise<unknown>>();
  let stopping = false;

  /** Returns the terminal if the actor may enter its session's machines; undefined if the actor cannot see it. */
  async function findFor(actor: Actor | undefined, id: string): Promise<StoredTerminal | undefined> {
    requireSomebody(actor);
    const terminal = await store.find(id);
    if (!terminal) return undefined;
    try {
      const session = await sessions.get(actor, terminal.sessionId);
      await authorize(workAccess, actor, 'enter', session);
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
    // A ticket is valid only as long as the credential that requested it.
    const opener = await credentialWatch.read({ userId, ...(credential !== undefined && { credential }) });
    if (!opener) throw fault('TICKET_INVALID');
    const { live, work } = await connector.connect(terminalId, userId);
    const stillMayStay = () => mayStay(options, userId, work);
    if (!(await stillMayStay())) throw fault('TICKET_INVALID');
    const { name } = await users.get(system, userId);
    if (stopping) throw fault('SHUTTING_DOWN');
    const attached = await attachViewer({
      terminalId,
      learnerId: work.learnerId,
      live,
      viewer: { id: request.client?.id ?? newId(clock.now()), userId, name, role },
      request,
      snapshots,
      mayStay: stillMayStay,
      log,
    });
    return endWithCredential(credentialWatch, opener, attached);
  }

  return {
    async open(actor, { sessionId, machine, ...size }) {
      requireSomebody(actor);
      const { rows, cols } = requireTerminalSize(size);
      await sessions.machine(actor, sessionId, machine);
      const now = clock.now();
      const { userId } = actor;
      const target = { sessionId, machine, openedById: userId };
      const terminal = await store.insert({
        id: newId(now),
        ...target,
        rows,
        cols,
        now,
        limit: terminalLimit,
      });
      return { terminal, ticket: await giveTicket(terminal.id, actor, 'owner') };
    },

    async ticket(actor, terminalId, wanted) {
      const terminal = await findFor(actor, terminalId);
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
      const terminal = await findFor(actor, terminalId);
      if (!terminal || terminal.endedAt) return false;
      if (shells.has(terminalId)) {
        await shells.end(terminalId);
        return true;
      }
      await connector.endShell(terminal);
      // The owning process may have stored the end already.
      if (await store.end(terminalId, { at: clock.now() })) {
        await events.publish('terminal.ended', { terminalId, sessionId: terminal.sessionId });
      }
      return true;
    },

    shellCount: () => shells.ids().length,

    recover: (signal) => recoverShells(maintenance, signal),

    async maintain(signal) {
      /**
       * Recovery runs in parallel with maintenance: otherwise a machine that does not answer would let this process's
       * leases expire.
       */
      let recovering: Promise<void> | undefined;
      const recover = () =>
        recoverShells(maintenance, signal)
          .catch((error: unknown) => log.error({ err: error }, 'recovering terminals failed'))
          .finally(() => (recovering = undefined));
      while (!signal.aborted) {
        await delay(clock, RENEW_EVERY_MS, signal);
        if (signal.aborted) break;
        await maintainShells(maintenance).catch((error: unknown) => {
          log.error({ err: error }, 'terminal maintenance failed');
        });
        recovering ??= recover();
      }
      await recovering;
    },

    async shutdown() {
      stopping = true;
      stopWatching();
      // A viewer that waits for a machine must not delay the release of the other shells.
      await Promise.race([
        Promise.allSettled(attaching),
        sleep(ATTACHING_LIMIT_MS, undefined, { ref: false }),
      ]);
      const { released, failed } = await shells.releaseAll();
      await store.releaseLeases(released, leaseOwner);
      if (failed > 0)
        log.warn({ shells: failed }, 'some shells could not be ended; the next start ends them');
    },
  };
}
