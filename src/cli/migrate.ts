import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { migrate } from '../infra/database/migrate.ts';

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
