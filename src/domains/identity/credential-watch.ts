import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import { isBelow } from './actor.ts';
import type { Actor } from './actor.ts';
import type { AuthenticationService } from './user.ts';

/** Maximum time between two checks of a credential, in milliseconds, in case an event is lost. */
const CHECK_EVERY_MS = 30_000;
/** Wait before a credential that could not be read is read again, in milliseconds. It doubles with each failure. */
const RETRY_MS = 1_000;
/** Minimum wait, in milliseconds: clocks may differ slightly. */
const WAIT_LEAST_MS = 50;

/**
 * Runs `check` when a credential that expires at `first` does, then whenever the credential that `check` returned
 * expires, and at least every {@link CHECK_EVERY_MS}. Ends when `check` returns undefined. Returns a function that
 * stops it.
 */
function watchExpiry(
  first: Date | undefined,
  check: () => Promise<{ expiresAt?: Date | undefined } | undefined>,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function wait(until: Date | undefined): void {
    if (stopped) return;
    const left = until ? until.getTime() - Date.now() : CHECK_EVERY_MS;
    const delay = Math.max(Math.min(left, CHECK_EVERY_MS), WAIT_LEAST_MS);
    timer = setTimeout(() => void checkAgain(), delay).unref();
  }

  async function checkAgain(): Promise<void> {
    const credential = await check();
    if (credential) wait(credential.expiresAt);
  }

  wait(first);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** A resource that is open on behalf of an actor. */
interface Opened {
  actor: Actor;
  /** Whether it also ends when its user loses the role. */
  withRole: boolean;
  end: (reason: Fault) => void;
}

/** A credential and the resources that it opened. */
interface Watched {
  actor: Actor;
  opened: Set<Opened>;
  /** The actor at the last read. */
  latest?: Actor;
  /** Number of reads started, and the newest of them that has completed. */
  started: number;
  answered: number;
  stopTimer: () => void;
  /** Number of reads that failed since the last one that did not, and the next attempt. */
  failures: number;
  retry?: NodeJS.Timeout | undefined;
}

/** Identifies a credential by the hash of its secret, or by its user if none exists. */
type CredentialName = Pick<Actor, 'userId' | 'credential'>;

export interface CredentialWatch {
  /** Reads the credential's current actor from the database; undefined if it is no longer valid. */
  read(credential: CredentialName): Promise<Actor | undefined>;
  /**
   * Calls `end` once when the actor's credential is revoked, signed out or expired, or its user is disabled or deleted,
   * in whichever process. Unless `withRole` is false, it also ends when the user loses the role. Returns a function
   * that stops watching.
   */
  watch(actor: Actor, end: (reason: Fault) => void, options?: { withRole?: boolean }): () => void;
  /** Returns how many resources are open. */
  count(): number;
  /** Stops listening. */
  close(): void;
}

/** Creates the watch that ends what credentials have opened: requests, sockets, terminals. No other code does this. */
export function createCredentialWatch({
  authentication,
  events,
  log,
}: {
  authentication: Pick<AuthenticationService, 'byCredential' | 'actorOf'>;
  events: Pick<EventBus, 'listen'>;
  log: Log;
}): CredentialWatch {
  const all = new Map<string, Watched>();

  const read = ({ userId, credential }: CredentialName) =>
    credential === undefined ? authentication.actorOf(userId) : authentication.byCredential(credential);

  /** Ends the resources that the credential no longer permits. Returns the credential's current actor, if known. */
  async function check(watched: Watched): Promise<Actor | undefined> {
    const { actor, opened } = watched;
    const number = ++watched.started;
    let now: Actor | undefined;
    try {
      now = await (isOver(actor) ? undefined : read(actor));
    } catch (error) {
      if (watched.failures === 0)
        log.error({ err: error, userId: actor.userId }, 'checking a credential failed; retrying');
      retryLater(watched);
      return actor;
    }
    watched.failures = 0;
    if (now && number > watched.answered) {
      watched.latest = now;
      watched.answered = number;
    }
    for (const one of opened) {
      const reason = reasonToEnd(one, now);
      if (reason) endOne(watched, one, reason);
    }
    return now;
  }

  /** Reads the credential again soon: the event that caused a failed read does not come again. */
  function retryLater(watched: Watched): void {
    if (all.get(nameOf(watched.actor)) !== watched || watched.retry) return;
    const delay = Math.min(RETRY_MS * 2 ** watched.failures++, CHECK_EVERY_MS);
    watched.retry = setTimeout(() => {
      watched.retry = undefined;
      void check(watched);
    }, delay).unref();
  }

  function endOne(watched: Watched, one: Opened, reason: Fault): void {
    drop(watched, one);
    try {
      one.end(reason);
    } catch (error) {
      log.error({ err: error, userId: one.actor.userId }, 'ending a resource of a credential failed');
    }
  }

  function drop(watched: Watched, one: Opened): void {
    if (!watched.opened.delete(one) || watched.opened.size > 0) return;
    stopTimers(watched);
    const name = nameOf(watched.actor);
    if (all.get(name) === watched) all.delete(name);
  }

  function startWatch(actor: Actor): Watched {
    const watched: Watched = {
      actor,
      opened: new Set(),
      started: 0,
      answered: 0,
      failures: 0,
      stopTimer: () => undefined,
    };
    watched.stopTimer = watchExpiry(actor.expiresAt, () => check(watched));
    all.set(nameOf(actor), watched);
    // The credential may have ended after authentication, before the watch started.
    void check(watched);
    return watched;
  }

  const stopListening = events.listen('user.changed', ({ userId }) => {
    for (const watched of all.values()) if (watched.actor.userId === userId) void check(watched);
  });

  return {
    read,
    watch(actor, end, { withRole = true } = {}) {
      const watched = all.get(nameOf(actor)) ?? startWatch(actor);
      const one = { actor, withRole, end };
      watched.opened.add(one);
      // The actor was read before the user lost the role, and no further event follows.
      if (watched.latest && isBelow(watched.latest.role, actor.role)) void check(watched);
      return () => drop(watched, one);
    },
    count: () => [...all.values()].reduce((sum, { opened }) => sum + opened.size, 0),
    close() {
      stopListening();
      for (const watched of all.values()) stopTimers(watched);
      all.clear();
    },
  };
}

function stopTimers({ stopTimer, retry }: Watched): void {
  stopTimer();
  clearTimeout(retry);
}

function nameOf({ userId, credential }: CredentialName): string {
  return credential ?? `user ${userId}`;
}

function isOver({ expiresAt }: Actor): boolean {
  return expiresAt !== undefined && expiresAt <= new Date();
}

function reasonToEnd({ actor, withRole }: Opened, now: Actor | undefined): Fault | undefined {
  if (!now) return fault(isOver(actor) ? 'TOKEN_EXPIRED' : 'UNAUTHENTICATED');
  if (withRole && isBelow(now.role, actor.role))
    return fault('FORBIDDEN', { needed: `the role "${actor.role}"` });
  return undefined;
}
