import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { isFault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { system } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { SessionService } from '../sessions/session.ts';
import { createSharedTurns } from '../../core/shared-turns.ts';
import { holdUntil, isLeft, shellsLive } from './process-hold.ts';
import { endUnentitled } from './openers.ts';
import type { ActorOf } from './openers.ts';
import type { Shells } from './shells.ts';
import type { StoredTerminal, TerminalStore } from './terminal-store.ts';
import type { TicketStore } from './ticket-store.ts';
import type { Adopt } from './adopting.ts';

/**
 * Sessions whose shells are taken over at the same time, each session's one after another: a program of the
 * learner in the place of a holder can be silent, and then only that session's other shells wait for it.
 */
const RECOVERED_AT_ONCE = 32;

interface Holding {
  store: TerminalStore;
  tickets: TicketStore;
  shells: Shells;
  adopt: Adopt;
  engine: Pick<Engine, 'endShell'>;
  actorOf: ActorOf;
  sessions: Pick<SessionService, 'hiddenFrom'>;
  clock: Clock;
  log: Log;
  holder: string;
  isGone: (holder: string) => boolean;
}

/**
 * Takes over the durable shells of dead processes, ends the others and marks them. Those of an engine
 * that does not answer stay for the next time, and those whose turn has not come when `signal` aborts.
 */
export async function recoverShells(holding: Holding, signal = new AbortController().signal): Promise<void> {
  const { store, tickets, shells, adopt, engine, clock, log, holder, isGone } = holding;
  const now = clock.now();
  await store.expireUnused(now);
  await tickets.expire(now);
  const held = await store.heldByOthers(holder, now);
  const left = held.filter((terminal) => isLeft(terminal, now, isGone) && !shells.has(terminal.id));
  const count = { adopted: 0, ended: 0 };

  async function recover(terminal: StoredTerminal): Promise<void> {
    const { id, handle } = terminal;
    try {
      const adopted = await adopt(terminal);
      if (adopted === 'elsewhere') return;
      if (adopted) {
        count.adopted += 1;
        return;
      }
      if (handle) await engine.endShell(handle.machineId, handle.shell);
      if (await store.end(id, { at: clock.now() })) count.ended += 1;
    } catch (error) {
      log.warn({ err: error, terminalId: id }, 'a shell left by a dead process cannot be reached yet');
    }
  }

  const turns = createSharedTurns(RECOVERED_AT_ONCE);
  const inTurn = (terminal: StoredTerminal) => turns.run(terminal.sessionId, () => recover(terminal), signal);
  // `recover` never fails: what is rejected is the waiting of those whose turn has not come.
  await Promise.allSettled(left.map(inTurn));
  if (left.length > 0) log.info(count, 'took over what dead processes left of terminals');
}

/**
 * One round of upkeep: what this process holds stays its own, and what was ended elsewhere, or whose
 * opener may no longer be there, ends here too, even if the event got lost. A shell that cannot be
 * ended keeps nothing else from being done: the next round tries it again.
 */
export async function upkeep(holding: Holding): Promise<void> {
  const { store, shells, clock, log, holder } = holding;
  const lost = await store.renew(shells.ids(), { holder, until: holdUntil(clock.now()) });
  await Promise.all(lost.map((id) => endOrLeave({ store, shells, log, holder }, id)));
  await endUnentitled(holding);
}

/** What another process holds by now is let go, what has ended is ended here too. */
async function endOrLeave(
  { store, shells, log, holder }: Pick<Holding, 'store' | 'shells' | 'log' | 'holder'>,
  id: string,
): Promise<void> {
  const stored = await store.find(id);
  if (!stored || stored.endedAt || stored.heldBy === holder) return endOrLog({ shells, log }, id);
  shells.get(id)?.live.leave();
}

/**
 * Ends this process's shells when their terminal is closed, their session stops, or their opener may
 * no longer be in the machine, wherever that was asked. Returns what stops listening.
 */
export function watchSessions(options: {
  shells: Shells;
  events: EventBus;
  sessions: Pick<SessionService, 'get' | 'hiddenFrom'>;
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
    if (!shellsLive[state]) for (const id of shells.ofSession(sessionId)) void endOrLog(options, id);
  }

  const stops = [
    events.listen('terminal.ended', ({ terminalId }) => void endOrLog(options, terminalId)),
    events.listen('user.changed', ({ userId }) => {
      endUnentitled(options, userId).catch((error: unknown) => {
        log.error({ err: error, userId }, 'a user who changed could not be read');
      });
    }),
    events.listen('session.changed', ({ sessionId }) => {
      if (shells.ofSession(sessionId).length === 0) return;
      endIfOver(sessionId).catch((error: unknown) => {
        log.error({ err: error, sessionId }, 'a session that changed could not be read');
      });
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Resolves when the shell has ended, or that it could not be is logged. */
async function endOrLog({ shells, log }: Pick<Holding, 'shells' | 'log'>, terminalId: string): Promise<void> {
  try {
    await shells.end(terminalId);
  } catch (error) {
    log.error({ err: error, terminalId }, 'a shell could not be ended');
  }
}
