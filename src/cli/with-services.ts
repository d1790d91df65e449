import { mkdir } from 'node:fs/promises';
import { readConfig } from '../config/config.ts';
import { migrate } from '../infra/database/migrate.ts';
import { isFault } from '../core/errors.ts';
import { createServices } from '../services.ts';
import type { Services } from '../services.ts';
import type { Log } from '../core/log.ts';

/** Prints only errors to the terminal. */
const errorsOnly: Log = {
  info: () => {},
  warn: () => {},
  error: (_details, message) => process.stderr.write(`${message}\n`),
};

/**
 * Runs `work` with the services of the settings, even while another service runs. They do no background work. Prints a
 * fault as one line.
 */
export async function withServices(work: (services: Services) => Promise<void>): Promise<void> {
  try {
    const config = readConfig(process.env);
    await mkdir(config.dataDir, { recursive: true });
    await migrate({ url: config.databaseUrl });
    const services = await createServices({ config, log: errorsOnly });
    try {
      await work(services);
    } finally {
      await services.stop();
    }
  } catch (error) {
    if (!isFault(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
