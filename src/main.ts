import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { addTransports, createServer } from './api/app.ts';
import { finish } from './core/closing.ts';
import type { Config } from './config/config.ts';
import { migrate } from './infra/database/migrate.ts';
import { fault } from './core/errors.ts';
import { localUrl } from './core/local-url.ts';
import { installLastResort } from './core/last-resort.ts';
import { HTTPS_MEND, plainHttpProblem } from './core/plain-http.ts';
import { createServices } from './services.ts';
import type { Services } from './services.ts';
import { endByHangup } from '../setup/end-by-hangup.mjs';

/** Longest graceful stop, in milliseconds: below the ten seconds after which `docker stop` kills. */
const STOP_LIMIT_MS = 8_000;

/** Longest wait for requests to be answered, in milliseconds: enough for sockets to say farewell, which takes two seconds at most. */
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

/** A service that runs. */
export interface RunningService {
  /** Address that it listens at. */
  url: string;
  /** Link that signs the first admin in, until one has ever signed in. */
  signInUrl: string | undefined;
}

/**
 * Migrates the database, starts the service, and stops it gracefully on SIGTERM, SIGINT and SIGHUP. Where it
 * cannot start, nothing of it stays open.
 * @throws MIGRATION_FAILED, DATABASE_UNREACHABLE, CONFIG_INVALID also for an address that is taken
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
  // The system, the shell and the parent process each send it when a terminal is closed.
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
      app.log.fatal({ err: error }, 'the service ends after an error that it cannot go on with');
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
    if (exposed !== undefined) app.log.warn(`It is not encrypted: ${exposed}. Mend: ${HTTPS_MEND}.`);
    isServing = true;
    const url = addressOf(app, config);
    return { url, signInUrl: linkSecret && `${config.publicUrl ?? url}/sign-in/${linkSecret}` };
  } catch (error) {
    grace.uninstall();
    process.off('SIGHUP', onHangup);
    uninstallLastResort();
    await stop();
    throw error;
  }
}

/** Ends the process once it has stopped, or has taken too long to. */
async function endWith(code: number, stop: () => Promise<void>, log: FastifyInstance['log']): Promise<never> {
  await finish({ log, what: 'the service', work: stop(), limitMs: STOP_LIMIT_MS });
  process.exit(code);
}

async function stopAll(app: FastifyInstance, services: Services): Promise<void> {
  services.interrupt();
  await finish({ log: app.log, what: 'requests', work: app.close(), limitMs: REQUESTS_LIMIT_MS });
  await services.stop();
}

/** What people can mend of a failure to listen, by the system's code for it. */
const listenProblems: Record<string, (config: Config) => string> = {
  EADDRINUSE: ({ port }) => `BERTH_PORT ${port} is taken: stop what listens there, or set another port.`,
  EACCES: ({ port }) => `BERTH_PORT ${port} may not be used by this user: set one above 1023.`,
  EADDRNOTAVAIL: ({ host }) => `BERTH_HOST ${host} is no address of this machine: 0.0.0.0 stands for all.`,
  ENOTFOUND: ({ host }) => `BERTH_HOST ${host} is not known here: give an address of this machine.`,
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
