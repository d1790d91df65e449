import type { Test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { fault } from '../../../src/core/errors.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Lab } from '../../../src/domains/labs/lab.ts';
import type { LabCatalogue } from '../../../src/domains/labs/catalogue.ts';
import { viewOf } from '../../../src/domains/labs/lab-view.ts';
import { createSessions } from '../../../src/domains/sessions/create-sessions.ts';
import type { Sessions, SessionsOptions } from '../../../src/domains/sessions/sessions-options.ts';
import { formatAddresses, parseAddresses } from '../../../src/domains/sessions/session.ts';
import { sessionStates } from '../../../src/domains/sessions/session-states.ts';
import type { Session, SessionService, SessionState } from '../../../src/domains/sessions/session.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { SESSION_POOL } from '../engine/job-networks.ts';
import { assignmentRulesOn, workAccessOn } from '../service/courses.ts';
import { quietLog } from '../basics/quiet-log.ts';
import type { QuietLog } from '../basics/quiet-log.ts';
import { unpinned } from '../labs/pins.ts';
import { until } from '../basics/until.ts';

/** Longest wait of a test for a session to reach a state, in milliseconds. */
const PATIENCE_MS = 60_000;

export const testImage = 'berth/lab-linux:latest';

/** A lab of one machine, as its folder would define it. */
export function testLab(slug: string, changes: Partial<Lab> = {}): Lab {
  return {
    slug,
    version: 'version-1',
    languages: ['en'],
    title: { en: slug },
    summary: { en: '' },
    introduction: { en: '' },
    conclusion: { en: '' },
    minutes: undefined,
    collection: undefined,
    collectionTitle: undefined,
    machines: [testMachine('main')],
    registry: false,
    networks: [{ name: 'lab', internet: false }],
    lifetime: { idleMinutes: 30, totalMinutes: 120, maxMinutes: 240 },
    warm: { count: 0, schedule: [] },
    save: true,
    recording: undefined,
    attempts: 'best',
    steps: [],
    files: new Map(),
    warnings: [],
    ...changes,
  };
}

export function testMachine(
  name: string,
  changes: Partial<Lab['machines'][number]> = {},
): Lab['machines'][number] {
  return {
    name,
    image: testImage,
    networks: ['lab'],
    volumes: [],
    profile: 'standard',
    user: undefined,
    shell: ['/bin/sh'],
    environment: {},
    memoryBytes: 128 * 1024 * 1024,
    cpus: 1,
    pids: 64,
    ports: [],
    files: [],
    start: [],
    diskBytes: 2 * 1024 ** 3,
    ...changes,
  };
}

/** A catalogue of the labs `lab-0` to `lab-11`, or of the given ones. */
export function testCatalogue(
  labs: Lab[] = Array.from({ length: 12 }, (_, number) => testLab(`lab-${number}`)),
): SessionsOptions['catalogue'] & Pick<LabCatalogue, 'find'> {
  const get = (slug: string): Lab => {
    const lab = labs.find((candidate) => candidate.slug === slug);
    if (!lab) throw fault('LAB_NOT_FOUND', { lab: slug });
    return lab;
  };
  const labOrNone = (slug: string) => {
    const lab = labs.find((candidate) => candidate.slug === slug);
    return lab && viewOf(lab);
  };
  return { get, version: get, find: labOrNone, all: () => labs };
}

/** An engine that never answers, for tests that need none. */
const absentEngine: Engine = engineOf({});

/**
 * An engine that reports everything in the database as running, and removes it on request, for tests without machines.
 */
export function agreeingEngine(database: Database, able: Partial<Engine> = {}): Engine {
  return engineOf({
    ...able,
    async destroy() {},
    async list() {
      const machines = await database.client.machine.findMany({
        where: { containerId: { not: null } },
        include: { session: true },
      });
      return machines.map(({ session, name, containerId, addresses }) => ({
        environmentId: session.environmentId ?? '',
        machines: [
          {
            name,
            machineId: containerId ?? '',
            state: 'running' as const,
            addresses: parseAddresses(addresses),
            exitCode: undefined,
            outOfMemory: false,
          },
        ],
      }));
    },
  });
}

/** Like {@link agreeingEngine}, but provisions environments without machines, after `onProvision`. */
export function instantEngine(database: Database, onProvision: () => Promise<void>): Engine {
  return agreeingEngine(database, {
    async provision({ environmentId, machines }) {
      await onProvision();
      return machines.map(({ name }) => ({ name, machineId: `${environmentId}-${name}`, addresses: [] }));
    },
  });
}

/** An engine with the given methods. All others never answer. */
function engineOf(able: Partial<Engine>): Engine {
  const known: Partial<Engine> = { watch() {}, ...able };
  return new Proxy(known as Engine, {
    get: (target, name: keyof Engine) =>
      target[name] ??
      (async () => {
        throw fault('ENGINE_UNREACHABLE');
      }),
  });
}

/** Default settings of a service, which tests override. */
export const sessionDefaults = {
  subnetPool: SESSION_POOL,
  sessionLimit: 5,
  provisionConcurrency: 4,
  provisionTimeoutSeconds: 60,
  warningMinutes: 5,
  warmLimit: 50,
  warmIdleMinutes: 120,
  warmAheadMinutes: 10,
  timeZone: 'UTC',
  saveOnEnd: false,
  saveLimitBytes: 1024 ** 3,
  saveQuotaBytes: 4 * 1024 ** 3,
  saveDays: 30,
  memoryBudget: { bytes: 64 * 1024 ** 3 },
  maxSessions: undefined,
  diskReserve: undefined,
};

/** Sessions as one service process has them. Nothing is provisioned or removed unless the test starts them. */
export function openSessions(
  t: Test,
  database: Database,
  options: Partial<SessionsOptions> = {},
): Sessions & { log: QuietLog } {
  const log = quietLog();
  const sessions = createSessions({
    database,
    engine: absentEngine,
    events: createMemoryBus({ log }),
    clock: systemClock,
    catalogue: testCatalogue(),
    assignmentRules: assignmentRulesOn(database, options.clock ?? systemClock),
    workAccess: workAccessOn(database),
    log,
    pins: unpinned,
    ...sessionDefaults,
    ...options,
  });
  t.teardown(() => sessions.stop());
  return { ...sessions, log };
}

/** Puts a session into `state` as if it had reached it, with a machine that no engine has. */
export async function putInState(database: Database, id: string, state: SessionState): Promise<void> {
  const active = !['stopping', 'ended', 'failed'].includes(state);
  const now = new Date();
  await database.client.session.update({
    where: { id },
    data: {
      state,
      ...(state === 'ready' && { readyAt: now, environmentId: newId() }),
      ...(!active && { activeKey: null }),
      ...((state === 'ended' || state === 'failed') && { endedAt: now }),
      ...(state === 'ended' && { environmentId: null }),
    },
  });
  if (state !== 'ready') return;
  await database.client.machine.updateMany({
    where: { sessionId: id },
    data: { containerId: newId(), addresses: formatAddresses([{ network: 'lab', address: '10.231.0.2' }]) },
  });
}

/** The environment id of the session on the engine. */
export async function environmentOf(database: Database, id: string): Promise<string> {
  const row = await database.client.session.findUniqueOrThrow({ where: { id } });
  return row.environmentId ?? 'none';
}

/** Resolves with the session once it is in one of `states`. Polls, because events are only hints. */
export async function whenState(
  service: SessionService,
  id: string,
  ...states: SessionState[]
): Promise<Session> {
  const wanted = states.length > 0 ? states : sessionStates;
  let session = await service.get(system, id);
  const isThere = async () => wanted.includes((session = await service.get(system, id)).state);
  await until(isThere, PATIENCE_MS).catch((error: unknown) => {
    const message = `The session stays ${session.state}, ${session.reason?.message}.`;
    throw new Error(message, { cause: error });
  });
  return session;
}
