import { createChecks } from './checks/create-checks.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openDatabase } from './database/database.ts';
import { readInstallation } from './database/installation.ts';
import { createDockerEngine } from './engine/docker/docker-engine.ts';
import type { EventBus } from './events/event-bus.ts';
import { createMemoryBus } from './events/memory-bus.ts';
import { createRedisBus } from './events/redis-bus.ts';
import { createMetrics } from './http/metrics.ts';
import { createAuthenticationService } from './identity/authentication-service.ts';
import { createSignInStore } from './identity/sign-in-store.ts';
import { createTokenService } from './identity/token-service.ts';
import { createTokenStore } from './identity/token-store.ts';
import { createUserService } from './identity/user-service.ts';
import { createUserStore } from './identity/user-store.ts';
import { createLabCatalogue } from './labs/catalogue.ts';
import { createLabService } from './labs/lab-service.ts';
import type { Log } from './log.ts';
import { createSessions } from './sessions/create-sessions.ts';
import { isSurelyGone, nameOwner } from './sessions/process-owner.ts';
import { createTerminalService } from './terminals/terminal-service.ts';
import { createTerminalStore } from './terminals/terminal-store.ts';

export type Services = Awaited<ReturnType<typeof createServices>>;

/**
 * Constructs the service: the only place that does. The database must be migrated. Nothing works
 * by itself before `start()`; after `stop()` nothing is left open.
 * @throws DATABASE_UNREACHABLE, CONFIG_INVALID
 */
export async function createServices({ config, log }: { config: Config; log: Log }) {
  const clock = systemClock;
  const database = await openDatabase({ url: config.databaseUrl });
  const catalogue = await createLabCatalogue({ directory: config.labsDir, logger: log });
  const events = await connectEvents(config, log);
  const installation = await readInstallation(database);
  const engine = createDockerEngine({
    installation,
    host: config.dockerHost,
    nameServers: config.nameServers,
  });
  const metrics = createMetrics();

  const users = createUserStore({ database });
  const tokens = createTokenStore({ database });
  const signIns = createSignInStore({ database });
  const userService = createUserService({ users, signIns, events, clock });
  const authentication = createAuthenticationService({
    users,
    tokens,
    signIns,
    userService,
    events,
    clock,
    log,
  });

  const sessions = createSessions({
    ...config,
    database,
    engine,
    events,
    clock,
    catalogue,
    logger: log,
    onProvisioned: metrics.provisioned,
  });
  const terminals = createTerminalService({
    store: createTerminalStore({ database }),
    sessions: sessions.service,
    catalogue,
    engine,
    events,
    clock,
    log,
    holder: nameOwner(),
    isGone: isSurelyGone,
    terminalLimit: config.terminalLimit,
  });
  const checks = createChecks({
    database,
    engine,
    events,
    clock,
    catalogue,
    sessions: sessions.service,
    logger: log,
    onVerdict: metrics.checkFinished,
  });
  metrics.countSessionsBy(sessions.countByState);
  metrics.countTerminalsBy(terminals.held);

  const stopping = new AbortController();
  let terminalsKept: Promise<void> | undefined;

  return {
    authentication,
    events,
    metrics,
    users: userService,
    tokens: createTokenService({ tokens, users, events, clock }),
    labs: createLabService({ catalogue }),
    sessions: sessions.service,
    terminals,
    checks: checks.service,
    probes: {
      database: () => database.ping(),
      engine: () => engine.info(),
      events: async () => {
        if (!events.healthy()) throw new Error('Redis is away.');
      },
    },

    /** Repairs what a crash left, and takes up the work. */
    start(): void {
      sessions.start();
      checks.start();
      terminalsKept = terminals.maintain(stopping.signal);
      void terminals
        .recover()
        .catch((error: unknown) => log.error({ err: error }, 'Terminals could not be recovered.'));
    },

    /** Ends the work in the order in which each needs the next. Sessions go on running on the engine. */
    async stop(): Promise<void> {
      stopping.abort();
      await terminals.shutdown();
      await terminalsKept;
      await checks.stop();
      await sessions.stop();
      await authentication.close();
      await events.close();
      await engine.close();
      await database.close();
    },
  };
}

function connectEvents({ redisUrl }: Config, log: Log): Promise<EventBus> | EventBus {
  return redisUrl === undefined ? createMemoryBus({ log }) : createRedisBus({ url: redisUrl, log });
}
