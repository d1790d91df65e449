import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import { isBelow } from './actor.ts';
import type { Actor } from './actor.ts';
import type { AuthenticationService } from './user.ts';

/** Longest time between two checks of a credential, in milliseconds: an event about it can get lost. */
const CHECK_EVERY_MS = 30_000;
/** Shortest wait, in milliseconds: two clocks may differ a little. */
const WAIT_LEAST_MS = 50;

/**
 * Runs `check` when a credential that ends at `first` does, and again whenever the one that `check`
 * resolves to does; at least every {@link CHECK_EVERY_MS}. Undefined ends it. Returns what stops it.
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
    timer = setTimeout(() => void look(), delay).unref();
  }

  async function look(): Promise<void> {
    const credential = await check();
    if (credential) wait(credential.expiresAt);
  }

  wait(first);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Something that stays open on behalf of an actor. */
interface Opened {
  actor: Actor;
  /** Whether it also ends when its user loses a role. */
  withRole: boolean;
  end: (reason: Fault) => void;
}

/** A credential with all that it opened. */
interface Watched {
  actor: Actor;
  opened: Set<Opened>;
  /** Whom it stood for when it was last read. */
  latest?: Actor;
  /** Reads that began, and the newest that was answered. */
  begun: number;
  answered: number;
  stopTimer: () => void;
}

/** Names a credential: the hash of its secret, or its user where nothing more is known. */
export type CredentialName = Pick<Actor, 'userId' | 'credential'>;

export interface CredentialWatch {
  /** Returns whom the credential stands for now, read from the database; undefined when it is no longer valid. */
  read(credential: CredentialName): Promise<Actor | undefined>;
  /**
   * Calls `end` once, as soon as the credential behind `actor` is revoked, signed out of or expired, or
   * its user is disabled, deleted or, unless `withRole` is false, loses a role: in whichever process
   * that happens. Returns what stops it.
   */
  watch(actor: Actor, end: (reason: Fault) => void, options?: { withRole?: boolean }): () => void;
  /** How many things are open. */
  count(): number;
  /** Stops listening. */
  close(): void;
}

/** The one place that ends what credentials opened: requests, sockets, terminals. */
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

  /** Ends what the credential no longer covers; resolves to whom it stands for, as far as known. */
  async function check(watched: Watched): Promise<Actor | undefined> {
    const { actor, opened } = watched;
    const number = ++watched.begun;
    let now: Actor | undefined;
    try {
      now = await (isOver(actor) ? undefined : read(actor));
    } catch (error) {
      log.error(
        { err: error, userId: actor.userId },
        'a credential could not be checked; it is checked again',
      );
      return actor;
    }
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

  function endOne(watched: Watched, one: Opened, reason: Fault): void {
    drop(watched, one);
    try {
      one.end(reason);
    } catch (error) {
      log.error({ err: error, userId: one.actor.userId }, 'what a credential opened could not be ended');
    }
  }

  function drop(watched: Watched, one: Opened): void {
    if (!watched.opened.delete(one) || watched.opened.size > 0) return;
    watched.stopTimer();
    const name = nameOf(watched.actor);
    if (all.get(name) === watched) all.delete(name);
  }

  function begin(actor: Actor): Watched {
    const watched: Watched = {
      actor,
      opened: new Set(),
      begun: 0,
      answered: 0,
      stopTimer: () => undefined,
    };
    watched.stopTimer = watchExpiry(actor.expiresAt, () => check(watched));
    all.set(nameOf(actor), watched);
    // It may have ended between its authentication and now, before anybody listened for that.
    void check(watched);
    return watched;
  }

  const stopListening = events.listen('user.changed', ({ userId }) => {
    for (const watched of all.values()) if (watched.actor.userId === userId) void check(watched);
  });

  return {
    read,
    watch(actor, end, { withRole = true } = {}) {
      const watched = all.get(nameOf(actor)) ?? begin(actor);
      const one = { actor, withRole, end };
      watched.opened.add(one);
      // Its actor was read before the user lost the role, and no event comes any more.
      if (watched.latest && isBelow(watched.latest.role, actor.role)) void check(watched);
      return () => drop(watched, one);
    },
    count: () => [...all.values()].reduce((sum, { opened }) => sum + opened.size, 0),
    close() {
      stopListening();
      for (const { stopTimer } of all.values()) stopTimer();
      all.clear();
    },
  };
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
