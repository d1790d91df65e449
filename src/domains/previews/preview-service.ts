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
import { createConnecting } from './connecting.ts';
import { createOpenConnections } from './open-connections.ts';
import type { OpenConnection } from './open-connections.ts';
import { isPort, previewLabel } from './preview-label.ts';
import type { PreviewStore } from './preview-store.ts';
import type { PreviewService, PreviewTarget, ReachedPort } from './preview.ts';
import { createReachMemory } from './reach-memory.ts';

/** How long a grant can be used, in milliseconds: enough to follow it on a poor line. */
const GRANT_LIFETIME_MS = 60_000;
/** How long a browser sees a port without opening it anew, in milliseconds: a day's work. */
const PASS_LIFETIME_MS = 12 * 3_600_000;
/** How often open connections are looked at, in milliseconds, in case an event was lost. */
const LOOK_EVERY_MS = 15_000;
/** How long a connection is open before its credential is watched, in milliseconds: most files of a page are over by then, and cost no query. */
const WATCHED_AFTER_MS = 250;

/** What means that somebody may not, or cannot, be in the machine. */
const OUT = [
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
  /** Whom a credential stands for now, by its hash; undefined when it is good no more. */
  byCredential: (hash: string) => Promise<Actor | undefined>;
  credentials: Pick<CredentialWatch, 'watch'>;
  events: EventBus;
  clock: Clock;
  log: Log;
}

/** The service, and what its process does with it. */
export interface RunningPreviewService extends PreviewService {
  /** Ends the connections of those who may no longer be there, even if the event got lost, until `signal` aborts. */
  maintain(signal: AbortSignal): Promise<void>;
  /** Stops listening, and ends all connections. */
  close(): void;
}

/** Previews: grants, passes, and the connections that this process carries. */
export function createPreviewService(options: PreviewServiceOptions): RunningPreviewService {
  const { store, sessions, catalogue, engine, byCredential, credentials, events, clock, log } = options;
  const connections = createOpenConnections();
  const connecting = createConnecting();
  const memory = createReachMemory({ clock });

  /** The machine, as its opener may enter it now, by the credential that opened it. */
  async function enterAs(openedWith: string, target: PreviewTarget): Promise<ReachedPort> {
    const opener = await byCredential(openedWith);
    if (!opener) throw fault('PREVIEW_REFUSED');
    const { machineId, learnerId } = await sessions.machine(opener, target.sessionId, target.machine);
    return { ...target, machineId, learnerId, opener, openedWith };
  }

  async function endUnentitled(open: readonly OpenConnection[]): Promise<void> {
    for (const { port, end } of open) {
      try {
        const { machineId } = await enterAs(port.openedWith, port);
        if (machineId !== port.machineId) end();
      } catch (error) {
        if (isFault(error, ...OUT)) end();
        else log.error({ err: error, sessionId: port.sessionId }, 'who sees a port could not be looked up');
      }
    }
  }

  const stops = [
    events.listen('session.changed', ({ sessionId }) => {
      memory.forgetSession(sessionId);
      void endUnentitled(connections.ofSession(sessionId));
    }),
    events.listen('user.changed', ({ userId }) => {
      memory.forgetUser(userId);
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
      // What a token opened does not outlive the token.
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

    async reach(target, secrets) {
      if (secrets.length === 0) throw fault('PREVIEW_REFUSED');
      const hashes = secrets.map(hashSecret);
      const key = [previewLabel(target), ...hashes].join(' ');
      // While events of other processes do not arrive, nothing may be remembered past a change.
      const remembered = events.healthy() ? memory.get(key) : undefined;
      if (remembered) return remembered;
      const before = memory.changes();
      const pass = await store.find(target, hashes, clock.now());
      if (!pass) throw fault('PREVIEW_REFUSED');
      const port = await enterAs(pass.openedWith, target);
      if (memory.changes() === before) memory.keep(key, port, pass.expiresAt);
      return port;
    },

    hold(port, end) {
      const release = connections.add({ port, end });
      let stopWatching: (() => void) | undefined;
      const timer = setTimeout(() => (stopWatching = credentials.watch(port.opener, end)), WATCHED_AFTER_MS);
      return () => {
        clearTimeout(timer);
        stopWatching?.();
        release();
      };
    },

    connect: ({ sessionId, machineId, port }) => connecting(sessionId, () => engine.connect(machineId, port)),

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
        await delay(clock, LOOK_EVERY_MS, signal);
        if (!signal.aborted) await endUnentitled(connections.all());
      }
    },

    close() {
      for (const stop of stops) stop();
      memory.clear();
      for (const { end } of connections.all()) end();
    },
  };
}
