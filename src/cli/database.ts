import { mkdir } from 'node:fs/promises';
import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../infra/database/database.ts';
import type { Database } from '../infra/database/database.ts';
import { migrate } from '../infra/database/migrate.ts';
import { isFault } from '../core/errors.ts';

/** `berth migrate`: migrates the database to this version, as every start does. */
export const migrateCommand = defineCommand({
  meta: { name: 'migrate', description: 'Migrate the database to this version.' },
  async run() {
    const applied = await migrate({ url: readConfig(process.env).databaseUrl });
    process.stdout.write(
      applied.length === 0 ? 'The database is up to date.\n' : `Applied: ${applied.join(', ')}\n`,
    );
  },
});

/** Runs `work` on the database of the settings, even while a service runs. Prints a fault as one line. */
export async function withDatabase(
  work: (opened: { config: Config; database: Database }) => Promise<void>,
): Promise<void> {
  try {
    const config = readConfig(process.env);
    await mkdir(config.dataDir, { recursive: true });
    await migrate({ url: config.databaseUrl });
    const database = await openDatabase({ url: config.databaseUrl });
    try {
      await work({ config, database });
    } finally {
      await database.close();
    }
  } catch (error) {
    if (!isFault(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
