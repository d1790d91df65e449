import websocket from '@fastify/websocket';
import { fastify } from 'fastify';
import type { Test } from 'tap';
import { containedBy } from '../../../src/core/containment.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { createAuthenticationService } from '../../../src/domains/identity/authentication-service.ts';
import { createCredentialWatch } from '../../../src/domains/identity/credential-watch.ts';
import { createSignInStore } from '../../../src/domains/identity/sign-in-store.ts';
import { createTokenStore } from '../../../src/domains/identity/token-store.ts';
import { createUserService } from '../../../src/domains/identity/user-service.ts';
import { createUserStore } from '../../../src/domains/identity/user-store.ts';
import type { Lab, LabMachine } from '../../../src/domains/labs/lab.ts';
import { isOwnerGone, newOwner } from '../../../src/infra/leases/process-owner.ts';
import type { RecordingLimits } from '../../../src/config/config.ts';
import { createTerminals } from '../../../src/domains/terminals/create-terminals.ts';
import type { TerminalServiceOptions } from '../../../src/domains/terminals/terminal-service.ts';
import { createTerminalStore } from '../../../src/domains/terminals/terminal-store.ts';
import { registerTerminalSocket } from '../../../src/api/ws/terminal-socket.ts';
import { websocketOptions } from '../../../src/api/ws/websocket-options.ts';
import { createActors } from '../service/actors.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { freshDatabase } from '../database/databases.ts';
import { newInstallation } from '../engine/installation.ts';
import { openSessions, testCatalogue, testLab, testMachine, whenState } from '../sessions/sessions.ts';
import { TerminalClient } from './terminal-client.ts';
import { workAccessOn } from '../service/courses.ts';

/** Machine of these tests: small limits, and space for many shells. */
const MACHINE: Partial<LabMachine> = { user: 'learner', shell: ['/bin/bash', '-l'], pids: 200 };

/** Options for a process of the service. */
type Given = Pick<Parameters<typeof createTerminals>[0], 'catalogue'> &
  Omit<TerminalServiceOptions, 'catalogue' | 'store' | 'tickets' | 'snapshots' | 'recordings' | 'budgets'> &
  RecordingLimits;
type Defaulted = 'clock' | 'leaseOwner' | 'isGone' | 'terminalLimit' | keyof RecordingLimits;
type ProcessOptions = Partial<Given>;

export type TerminalServer = Awaited<ReturnType<typeof serveTerminals>>;

/**
 * One service process with a ready session on the real engine, listening on a real port. Its machines are removed after
 * the test.
 */
export async function serveTerminals(
  t: Test,
  options: {
    machine?: Partial<LabMachine>;
    lab?: Partial<Lab>;
    usesAgents?: boolean;
    provider?: Database['provider'];
  } & ProcessOptions = {},
) {
  const { machine, lab, usesAgents = true, provider = 'sqlite', ...changes } = options;
  const database = await freshDatabase(t, provider);
  const actors = await createActors(database);
  const installation = newInstallation(t);
  const engine = createDockerEngine({
    installation,
    host: process.env['DOCKER_HOST'],
    usesAgents,
  });
  t.teardown(() => engine.close());

  const log = quietLog();
  const events = createMemoryBus({ log });
  const catalogue = testCatalogue([
    testLab('shells', {
      machines: [testMachine('main', { ...MACHINE, ...machine }), testMachine('other', MACHINE)],
      ...lab,
    }),
  ]);
  const sessions = openSessions(t, database, { engine, events, catalogue });
  sessions.start();

  const stores = {
    users: createUserStore({ database }),
    signIns: createSignInStore({ database }),
    tokens: createTokenStore({ database }),
    workAccess: workAccessOn(database),
  };
  const clock = systemClock;
  const users = createUserService({ ...stores, events, clock });
  const authentication = createAuthenticationService({ ...stores, userService: users, events, clock, log });
  t.teardown(() => authentication.close());

  const { actorOf } = authentication;
  const credentialWatch = createCredentialWatch({ authentication, events, log });
  t.teardown(() => credentialWatch.close());
  const parts = {
    database,
    workAccess: stores.workAccess,
    engine,
    actorOf,
    credentialWatch,
    users,
    events,
    sessions: sessions.service,
    catalogue,
    log,
  };
  const service = await serveProcess(t, { ...parts, ...changes });
  const session = await sessions.service.start(actors.owner, { lab: 'shells' });
  await whenState(sessions.service, session.id, 'ready', 'failed');

  return {
    ...parts,
    ...service,
    actors,
    users,
    /** The terminal in the database. */
    stored: createTerminalStore({ database }).find,
    owner: actors.owner,
    sessionId: session.id,
    /** Ends a user's memberships, as an instructor who removes them does. */
    async leaveCourses({ userId }: Actor): Promise<void> {
      const { courseMember } = database.client;
      const left = await courseMember.updateManyAndReturn({ where: { userId }, data: { active: false } });
      for (const { courseId } of left) await events.publish('course.changed', { courseId });
    },
    async returnToCourses({ userId }: Actor): Promise<void> {
      await database.client.courseMember.updateMany({ where: { userId }, data: { active: true } });
    },
    /** Another service process on the same database and engine. */
    another: (more: ProcessOptions = {}) => serveProcess(t, { ...parts, ...more }),
    /** The machine's processes other than its waiting main process, one command line each. */
    processes: () => processesOf(engine, sessions.service, session.id),
  };
}

/** A service process's terminals and their socket. */
async function serveProcess(
  t: Test,
  options: { database: Database } & Omit<Given, Defaulted> & ProcessOptions,
) {
  const terminals = createTerminals({
    clock: systemClock,
    leaseOwner: newOwner(),
    isGone: isOwnerGone,
    terminalLimit: 20,
    recordingDays: 30,
    recordingLimitBytes: 16 * 1024 ** 2,
    recordingTotalBytes: 1024 ** 3,
    recordedCourses: async () => new Set<string>(),
    ...options,
  });
  const app = fastify();
  await app.register(websocket, websocketOptions);
  registerTerminalSocket(app, {
    contained: containedBy(app.log),
    terminals,
    publicUrl: undefined,
    allowedOrigins: [],
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(async () => {
    await app.close();
    await terminals.shutdown();
  });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  /** Opens a terminal as GraphQL does. */
  async function open(
    actor: Actor,
    sessionId: string,
    place: { machine?: string; rows?: number; cols?: number },
  ) {
    const { machine = 'main', rows = 24, cols = 80 } = place;
    const { terminal, ticket } = await terminals.open(actor, { sessionId, machine, rows, cols });
    return { id: terminal.id, ticket, url: urlOf(terminal.id) };
  }

  const urlOf = (id: string) => `ws://127.0.0.1:${address.port}/ws/terminals/${id}`;

  return {
    app,
    terminals,
    open,
    urlOf,
    port: address.port,
    /** Opens a terminal, connects to it and waits for its prompt. */
    async shell(
      actor: Actor,
      sessionId: string,
      options: { machine?: string; rows?: number; cols?: number; acknowledge?: boolean } = {},
    ) {
      const opened = await open(actor, sessionId, options);
      const client = TerminalClient.connect(opened, { acknowledge: options.acknowledge ?? true });
      await client.expect('$ ');
      /** Leaves, and ends the shell. */
      async function end(): Promise<void> {
        await client.close();
        await terminals.close(actor, opened.id);
      }
      return Object.assign(client, { id: opened.id, end });
    },
  };
}

async function processesOf(
  engine: Engine,
  sessions: TerminalServiceOptions['sessions'],
  sessionId: string,
): Promise<string[]> {
  const { machineId } = await sessions.machine(system, sessionId, 'main');
  const { stdout } = await engine.exec(machineId, {
    command: ['ps', '-eo', 'args', '--no-headers'],
    timeoutMs: 10_000,
    outputLimitBytes: 1_000_000,
  });
  const own = /^(\/sbin\/docker-init|sleep 2147483647|ps -eo args)/;
  return stdout
    .toString()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !own.test(line));
}
