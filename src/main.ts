import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { addTransports, createServer } from './api/app.ts';
import { finish, installLastResort } from './core/lifecycle.ts';
import type { Config } from './config/config.ts';
import { migrate } from './infra/database/migrate.ts';
import { fault } from './core/errors.ts';
import { localUrl, HTTPS_FIX, plainHttpProblem } from './core/service-url.ts';
import { createServices } from './services.ts';
import type { Services } from './services.ts';
import { endByHangup } from '../setup/end-by-hangup.mjs';

/** Maximum time of a graceful stop, in milliseconds: below the ten seconds after which `docker stop` kills. */
const STOP_LIMIT_MS = 8_000;

/** Maximum wait for running requests, in milliseconds: enough for WebSockets to close, which takes at most two seconds. */
const REQUESTS_LIMIT_MS = 3_000;

/** Exit code of a service that ends after a fatal error; `npm start` and Docker start it again. */
const CRASHED = 70;

/**
 * Events that do not stop the service gracefully. The last resort below handles uncaught exceptions, and `serve`
 * handles SIGHUP. The other signals report a fault of the process itself: with a handler it would hit the same fault
 * again and again at full load, instead of ending.
 */
const SKIPPED_EVENTS: closeWithGrace.AllEvents[] = [
  'uncaughtException',
  'unhandledRejection',
  'SIGHUP',
  'SIGSEGV',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGABRT',
  'SIGTRAP',
];

/** A running service. */
export interface RunningService {
  /** URL that people use: BERTH_PUBLIC_URL, or the local one. */
  url: string;
  /** URL at which it listens, for this host. */
  localUrl: string;
  /** Link that signs in the first admin; undefined once an admin has signed in. */
  signInUrl: string | undefined;
}

/**
 * Migrates the database, starts the service, and stops it gracefully on SIGTERM, SIGINT and SIGHUP. If the start fails,
 * everything is closed again.
 * @throws MIGRATION_FAILED, DATABASE_UNREACHABLE, or CONFIG_INVALID, also if the address is in use
 */
export async function serve(config: Config): Promise<RunningService> {
  const app = createServer(config);
  await mkdir(config.dataDir, { recursive: true });
  await migrate({ url: config.databaseUrl });
  const services = await createServices({ config, log: app.log });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= stopAll(app, services));
  let hungUp = false;
  const options = { delay: STOP_LIMIT_MS, logger: app.log, skip: SKIPPED_EVENTS };
  const grace = closeWithGrace(options, async () => {
    await stop();
    if (hungUp) endByHangup();
  });
  // The system, the shell and the parent process each send SIGHUP when a terminal is closed.
  const onHangup = () => {
    if (!hungUp) grace.close();
    hungUp = true;
  };
  process.on('SIGHUP', onHangup);
  let isServing = false;
  let isEnding = false;
  const uninstallLastResort = installLastResort({
    contained: services.contained,
    isServing: () => isServing,
    end(error) {
      app.log.fatal({ err: error }, 'the service ends after a fatal error');
      const code = isServing ? CRASHED : 1;
      if (isEnding) process.exit(code);
      isEnding = true;
      void endWith(code, stop, app.log);
    },
  });
  try {
    await addTransports(app, config, services);
    const { linkSecret } = await services.authentication.bootstrap({ adminToken: config.adminToken });
    await listen(app, config);
    services.start();
    const exposed = plainHttpProblem(config);
    if (exposed !== undefined)
      app.log.warn(`connections are not encrypted: ${exposed}. To fix it, ${HTTPS_FIX}`);
    isServing = true;
    const local = addressOf(app, config);
    const url = config.publicUrl ?? local;
    return { url, localUrl: local, signInUrl: linkSecret && `${url}/sign-in/${linkSecret}` };
  } catch (error) {
    grace.uninstall();
    process.off('SIGHUP', onHangup);
    uninstallLastResort();
    await stop();
    throw error;
  }
}

/** Ends the process once the service has stopped, or the time is over. */
async function endWith(code: number, stop: () => Promise<void>, log: FastifyInstance['log']): Promise<never> {
  await finish({ log, what: 'the service', work: stop(), limitMs: STOP_LIMIT_MS });
  process.exit(code);
}

async function stopAll(app: FastifyInstance, services: Services): Promise<void> {
  services.interrupt();
  await finish({ log: app.log, what: 'requests', work: app.close(), limitMs: REQUESTS_LIMIT_MS });
  await services.stop();
}

/** Messages for failures to listen that people can fix, by the system's error code. */
const listenProblems: Record<string, (config: Config) => string> = {
  EADDRINUSE: ({ port }) =>
    `BERTH_PORT ${port} is already in use. Stop the program that listens there, or set another port.`,
  EACCES: ({ port }) => `BERTH_PORT ${port} is not allowed for this user. Set a port above 1023.`,
  EADDRNOTAVAIL: ({ host }) =>
    `BERTH_HOST ${host} is not an address of this host. Set 0.0.0.0 for all of its addresses.`,
  ENOTFOUND: ({ host }) => `BERTH_HOST ${host} cannot be resolved. Set an address of this host.`,
};

async function listen(app: FastifyInstance, config: Config): Promise<void> {
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    const problem = listenProblems[(error as NodeJS.ErrnoException).code ?? '']?.(config);
    throw problem === undefined ? error : fault('CONFIG_INVALID', { problem }, error);
  }
}

function addressOf(app: FastifyInstance, config: Config): string {
  const { port } = app.server.address() as AddressInfo;
  return localUrl(config.host, port);
}
