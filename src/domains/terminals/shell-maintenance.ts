import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { system } from '../identity/actor.ts';
import type { WorkAccess } from '../identity/work-access.ts';
import type { Log } from '../../core/log.ts';
import type { SessionService } from '../sessions/session.ts';
import { createKeyedQueue } from '../../core/queue.ts';
import { isAdoptable } from '../../infra/leases/lease.ts';
import { newShellLease, shellsRunIn } from './shell-ownership.ts';
import { dropUnauthorized } from './viewer-access.ts';
import type { ActorOf } from './viewer-access.ts';
import type { Shells } from './shells.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { TicketStore } from './ticket-store.ts';
import type { Adopt } from './shell-ownership.ts';

/**
 * Sessions whose shells are recovered at the same time. Within a session, recovery is sequential: if a learner's
 * program poses as the agent and stays silent, it delays only its own session.
 */
const RECOVERED_AT_ONCE = 32;

interface MaintenanceOptions {
  store: TerminalStore;
  tickets: TicketStore;
  shells: Shells;
  adopt: Adopt;
  engine: Pick<Engine, 'endShell'>;
  actorOf: ActorOf;
  workAccess: Pick<WorkAccess, 'includes'>;
  clock: Clock;
  log: Log;
  leaseOwner: string;
  isGone: (owner: string) => boolean;
}

/**
 * Adopts the durable shells of dead processes, and ends their other shells. A shell stays for the next round if its
 * engine does not answer, or if `signal` aborts first.
 */
export async function recoverShells(
  maintenance: MaintenanceOptions,
  signal = new AbortController().signal,
): Promise<void> {
  const { store, tickets, shells, adopt, engine, clock, log, leaseOwner, isGone } = maintenance;
  const now = clock.now();
  await store.expireUnused(now);
  await tickets.expire(now);
  const candidates = await store.listLeasedByOthers(leaseOwner, now);
  const abandoned = candidates.filter(({ id, lease }) => isAdoptable(lease, now, isGone) && !shells.has(id));
  const count = { adopted: 0, ended: 0 };

  async function recover(terminal: StoredTerminal): Promise<void> {
    const { id, handle } = terminal;
    try {
      const adopted = await adopt(terminal);
      if (adopted === 'other-process') return;
      if (adopted) {
        count.adopted += 1;
        return;
      }
      if (handle) await engine.endShell(handle.machineId, handle.shell);
      if (await store.end(id, { at: clock.now() })) count.ended += 1;
    } catch (error) {
      log.warn({ err: error, terminalId: id }, 'recovering a shell of a dead process failed');
    }
  }

  const queue = createKeyedQueue({ concurrency: RECOVERED_AT_ONCE });
  const enqueue = (terminal: StoredTerminal) =>
    queue.run(terminal.sessionId, () => recover(terminal), signal);
  // `recover` never fails: only tasks that `signal` removed from the queue reject.
  await Promise.allSettled(abandoned.map(enqueue));
  if (abandoned.length > 0) log.info(count, 'recovered terminals of dead processes');
}

/**
 * Runs one maintenance round: renews the leases of this process's shells, and ends shells that must not run here. It
 * ends shells whose terminal was ended elsewhere and shells whose opener lost access, even if the event was lost. A
 * failed end is retried in the next round.
 */
export async function maintainShells(maintenance: MaintenanceOptions): Promise<void> {
  const { store, shells, clock, log, leaseOwner } = maintenance;
  const lost = await store.renewLeases(shells.ids(), newShellLease(clock, leaseOwner));
  await Promise.all(lost.map((id) => endOrLeave({ store, shells, log, leaseOwner }, id)));
  await dropUnauthorized(maintenance);
}

/** Ends a shell whose terminal has ended, and releases one that another process has adopted. */
async function endOrLeave(
  { store, shells, log, leaseOwner }: Pick<MaintenanceOptions, 'store' | 'shells' | 'log' | 'leaseOwner'>,
  id: string,
): Promise<void> {
  const stored = await store.find(id);
  if (!stored || stored.endedAt || stored.lease.owner === leaseOwner) return endOrLog({ shells, log }, id);
  shells.get(id)?.live.release();
}

/**
 * Ends this process's shells when their terminal is closed, their session stops, or their opener loses access, in
 * whichever process that happened. Returns a function that stops listening.
 */
export function watchSessions(options: {
  shells: Shells;
  events: EventBus;
  sessions: Pick<SessionService, 'get'>;
  workAccess: Pick<WorkAccess, 'includes'>;
  actorOf: ActorOf;
  log: Log;
}): () => void {
  const { shells, events, sessions, log } = options;

  async function endIfOver(sessionId: string): Promise<void> {
    const state = await sessions.get(system, sessionId).then(
      (session) => session.state,
      (error: unknown) => {
        if (isFault(error, 'SESSION_NOT_FOUND')) return 'ended' as const;
        throw error;
      },
    );
    if (!shellsRunIn[state]) for (const id of shells.ofSession(sessionId)) void endOrLog(options, id);
  }

  const stops = [
    events.listen('terminal.ended', ({ terminalId }) => void endOrLog(options, terminalId)),
    events.listen('user.changed', ({ userId }) => {
      dropUnauthorized(options, { userId }).catch((error: unknown) => {
        log.error({ err: error, userId }, 'handling a changed user failed');
      });
    }),
    // Somebody may no longer teach a learner.
    events.listen('course.changed', ({ courseId }) => {
      dropUnauthorized(options, { isStaff: true }).catch((error: unknown) => {
        log.error({ err: error, courseId }, 'handling a changed course failed');
      });
    }),
    events.listen('session.changed', ({ sessionId }) => {
      if (shells.ofSession(sessionId).length === 0) return;
      endIfOver(sessionId).catch((error: unknown) => {
        log.error({ err: error, sessionId }, 'handling a changed session failed');
      });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Ends the shell. Logs a failure instead of throwing. */
async function endOrLog(
  { shells, log }: Pick<MaintenanceOptions, 'shells' | 'log'>,
  terminalId: string,
): Promise<void> {
  try {
    await shells.end(terminalId);
  } catch (error) {
    log.error({ err: error, terminalId }, 'ending a shell failed');
  }
}
