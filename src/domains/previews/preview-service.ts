import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Actor } from '../identity/actor.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import { hashSecret, makeSecret } from '../identity/secrets.ts';
import { newId } from '../../core/ids.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import { requireSomebody } from '../sessions/access.ts';
import type { SessionService } from '../sessions/session.ts';
import { createKeyedQueue } from '../../core/queue.ts';
import { createOpenConnections } from './open-connections.ts';
import type { OpenConnection } from './open-connections.ts';
import { isPort, previewLabel } from './preview.ts';
import type { PreviewStore } from './preview-store.ts';
import type { PreviewService, PreviewTarget, AccessiblePort } from './preview.ts';

/** Lifetime of a grant, in milliseconds: enough to follow the link on a slow connection. */
const GRANT_LIFETIME_MS = 60_000;
/** How long a browser can use a port without opening it again, in milliseconds: a day's work. */
const PASS_LIFETIME_MS = 12 * 3_600_000;
/** How often open connections are checked, in milliseconds, in case an event was lost. */
const CHECK_EVERY_MS = 15_000;
/**
 * How long a connection is open before its credential is watched, in milliseconds. Most files of a page are loaded by
 * then, which saves queries.
 */
const WATCHED_AFTER_MS = 250;

/**
 * Connections that one session opens at the same time: each uses a processor of the engine for a moment, and other
 * sessions wait for that too.
 */
const CONNECTING_AT_ONCE = 4;

/** Faults that mean that a user has lost access to the machine. */
const ACCESS_LOST = [
  'SESSION_NOT_FOUND',
  'SESSION_NOT_READY',
  'MACHINE_NOT_FOUND',
  'FORBIDDEN',
  'PREVIEW_REFUSED',
] as const;

export interface PreviewServiceOptions {
  store: PreviewStore;
  sessions: Pick<SessionService, 'machine' | 'touch'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'connect'>;
  /** Reads the current actor of a credential by its hash; undefined if it is no longer valid. */
  byCredential: (hash: string) => Promise<Actor | undefined>;
  credentialWatch: Pick<CredentialWatch, 'watch'>;
  events: EventBus;
  clock: Clock;
  log: Log;
}

/** The service with its background work. */
interface RunningPreviewService extends PreviewService {
  /** Ends the connections of users who lost access, even if the event was lost, until `signal` aborts. */
  maintain(signal: AbortSignal): Promise<void>;
  /** Stops listening, and ends all connections. */
  close(): void;
}

/** Creates the preview service: grants, passes, and this process's connections. */
export function createPreviewService(options: PreviewServiceOptions): RunningPreviewService {
  const { store, sessions, catalogue, engine, byCredential, credentialWatch, events, clock, log } = options;
  const connections = createOpenConnections();
  const connecting = createKeyedQueue({ perKey: CONNECTING_AT_ONCE });
  const cache = createAccessCache({ clock });

  /** Enters the machine with the current rights of the credential that opened the port. */
  async function enterAs(openedWith: string, target: PreviewTarget): Promise<AccessiblePort> {
    const opener = await byCredential(openedWith);
    if (!opener) throw fault('PREVIEW_REFUSED');
    const { machineId, learnerId } = await sessions.machine(opener, target.sessionId, target.machine);
    return { ...target, machineId, learnerId, opener, openedWith };
  }

  async function endUnauthorized(open: readonly OpenConnection[]): Promise<void> {
    for (const { port, end } of open) {
      try {
        const { machineId } = await enterAs(port.openedWith, port);
        if (machineId !== port.machineId) end();
      } catch (error) {
        if (isFault(error, ...ACCESS_LOST)) end();
        else log.error({ err: error, sessionId: port.sessionId }, 'checking the access to a port failed');
      }
    }
  }

  const stops = [
    events.listen('session.changed', ({ sessionId }) => {
      cache.forgetSession(sessionId);
      void endUnauthorized(connections.ofSession(sessionId));
    }),
    events.listen('user.changed', ({ userId }) => {
      cache.forgetUser(userId);
    }),
    // Somebody may no longer teach a learner.
    events.listen('course.changed', () => {
      cache.forgetStaff();
      void endUnauthorized(connections.all().filter(({ port }) => isOfStaff(port)));
    }),
  ];

  return {
    async open(actor, target) {
      requireSomebody(actor);
      if (actor.credential === undefined) throw fault('UNAUTHENTICATED');
      const { sessionId, machine, port } = target;
      if (!isPort(port)) throw fault('INPUT_INVALID', { problem: `A port is 1 to 65535; this was ${port}.` });
      await sessions.machine(actor, sessionId, machine);
      const now = clock.now();
      const secret = makeSecret('previewGrant');
      const longest = new Date(now.getTime() + PASS_LIFETIME_MS);
      // A pass does not outlive the token that opened it.
      const expiresAt = actor.expiresAt && actor.expiresAt < longest ? actor.expiresAt : longest;
      await store.insert({
        id: newId(now),
        sessionId,
        machine,
        port,
        openedById: actor.userId,
        openedWith: actor.credential,
        grantHash: hashSecret(secret),
        grantExpiresAt: new Date(now.getTime() + GRANT_LIFETIME_MS),
        expiresAt,
        now,
      });
      return { target, label: previewLabel(target), secret };
    },

    async enter(target, grant) {
      const secret = makeSecret('previewPass');
      const hashes = { grantHash: hashSecret(grant), passHash: hashSecret(secret) };
      const pass = await store.redeem(target, { ...hashes, now: clock.now() });
      if (!pass) throw fault('PREVIEW_REFUSED');
      const { expiresAt, openedById } = pass;
      log.info({ userId: openedById, ...target }, 'a port was opened in a browser');
      return { secret, expiresAt };
    },

    async authorize(target, secrets) {
      if (secrets.length === 0) throw fault('PREVIEW_REFUSED');
      const hashes = secrets.map(hashSecret);
      const key = [previewLabel(target), ...hashes].join(' ');
      // Without events of other processes, a remembered answer could be out of date.
      const remembered = events.healthy() ? cache.get(key) : undefined;
      if (remembered) return remembered;
      const before = cache.changes();
      const pass = await store.find(target, hashes, clock.now());
      if (!pass) throw fault('PREVIEW_REFUSED');
      const port = await enterAs(pass.openedWith, target);
      if (cache.changes() === before) cache.store(key, port, pass.expiresAt);
      return port;
    },

    hold(port, end) {
      const release = connections.add({ port, end });
      let stopWatching: (() => void) | undefined;
      const timer = setTimeout(
        () => (stopWatching = credentialWatch.watch(port.opener, end)),
        WATCHED_AFTER_MS,
      );
      return () => {
        clearTimeout(timer);
        stopWatching?.();
        release();
      };
    },

    connect: ({ sessionId, machineId, port }) =>
      connecting.run(sessionId, () => engine.connect(machineId, port)),

    touch: (sessionId) => sessions.touch(sessionId),

    label: previewLabel,

    declared({ labSlug, labVersion, name }) {
      try {
        const { machines } = catalogue.version(labSlug, labVersion);
        return machines.find((machine) => machine.name === name)?.ports ?? [];
      } catch (error) {
        if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return [];
        throw error;
      }
    },

    async maintain(signal) {
      while (!signal.aborted) {
        await delay(clock, CHECK_EVERY_MS, signal);
        if (!signal.aborted) await endUnauthorized(connections.all());
      }
    },

    close() {
      for (const stop of stops) stop();
      cache.clear();
      for (const { end } of connections.all()) end();
    },
  };
}

const isOfStaff = ({ opener, learnerId }: AccessiblePort) => opener.userId !== learnerId;

/** Lifetime of an entry, in milliseconds: a page requests its hundred files within it. */
const LIFETIME_MS = 5_000;
/** Maximum number of entries: pages that load at this moment. */
const MAX_ENTRIES = 5_000;

interface Entry {
  until: number;
  port: AccessiblePort;
}

/** Creates a cache of granted accesses, so that not every file of a page needs a query. */
function createAccessCache({ clock }: { clock: Clock }) {
  const entries = new Map<string, Entry>();

  let changes = 0;

  function forget(of: (port: AccessiblePort) => boolean): void {
    changes += 1;
    for (const [key, { port }] of entries) if (of(port)) entries.delete(key);
  }

  return {
    get(key: string): AccessiblePort | undefined {
      const entry = entries.get(key);
      return entry && entry.until > clock.now().getTime() ? entry.port : undefined;
    },
    /** Returns a number that grows with every removal: a result that was read before a removal must not be stored. */
    changes: () => changes,
    /** Stores an access; `expiresAt` is the end of the pass. */
    store(key: string, port: AccessiblePort, expiresAt: Date): void {
      if (entries.size >= MAX_ENTRIES) entries.clear();
      const until = Math.min(clock.now().getTime() + LIFETIME_MS, expiresAt.getTime());
      entries.set(key, { until, port });
    },
    forgetSession: (sessionId: string) => forget((port) => port.sessionId === sessionId),
    forgetUser: (userId: string) => forget((port) => port.opener.userId === userId),
    forgetStaff: () => forget(isOfStaff),
    clear: () => entries.clear(),
  };
}
