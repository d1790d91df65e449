import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import closeWithGrace from 'close-with-grace';
import { addTransports, createServer } from './app.ts';
import type { Config } from './config.ts';
import { migrate } from './database/migrate.ts';
import { createServices } from './services.ts';

/** Longest graceful stop, in milliseconds: below the ten seconds after which `docker stop` kills. */
const STOP_LIMIT_MS = 8_000;

/** A service that runs. */
export interface RunningService {
  /** Address that it listens at. */
  url: string;
  /** Link that signs the first admin in, until one has ever signed in. */
  signInUrl: string | undefined;
}

/**
 * Migrates the database, starts the service, and stops it gracefully on SIGTERM and SIGINT.
 * @throws MIGRATION_FAILED, DATABASE_UNREACHABLE, CONFIG_INVALID
 */
export async function serve(config: Config): Promise<RunningService> {
  const app = createServer(config);
  await mkdir(config.dataDir, { recursive: true });
  await migrate({ url: config.databaseUrl });
  const services = await createServices({ config, log: app.log });
  await addTransports(app, config, services);
  const { linkSecret } = await services.authentication.bootstrap({ adminToken: config.adminToken });
  await app.listen({ host: config.host, port: config.port });
  services.start();

  closeWithGrace({ delay: STOP_LIMIT_MS, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'The service stops after an error that nothing handled.');
    await app.close();
    await services.stop();
  });

  const { port } = app.server.address() as AddressInfo;
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host;
  const url = `http://${host}:${port}`;
  return { url, signInUrl: linkSecret && `${config.publicUrl ?? url}/sign-in/${linkSecret}` };
}
