import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { migrate } from '../../../src/infra/database/migrate.ts';
import { readMigrations } from '../../../src/infra/database/migrations.ts';
import { memoryFolder } from '../basics/memory-folder.ts';

export type Provider = Database['provider'];

export const providers: readonly Provider[] = ['sqlite', 'postgresql'];

/** Runs `body` as one subtest on SQLite and one on PostgreSQL, each on a fresh, migrated database. */
export async function eachDatabase(
  t: Test,
  name: string,
  body: (t: Test, database: Database) => Promise<void>,
): Promise<void> {
  for (const provider of providers) {
    await t.test(`${name} (${provider})`, async (t) => body(t, await freshDatabase(t, provider)));
  }
}

/** Opens a fresh, migrated database, which is closed and removed after the test. */
export async function freshDatabase(
  t: Test,
  provider: Provider,
  options: { transactionLimit?: number } = {},
): Promise<Database> {
  const url = await freshDatabaseUrl(t, provider);
  const database = await openDatabase({ url, ...options });
  t.teardown(() => database.close());
  return database;
}

/** The address of a fresh, migrated database, which is removed after the test. */
export async function freshDatabaseUrl(t: Test, provider: Provider): Promise<string> {
  if (provider === 'postgresql') return postgresCopy(t, await postgresTemplate());
  const folder = await temporaryFolder(t);
  await copyFile(await sqliteTemplate(), join(folder, 'berth.db'));
  return `file:${join(folder, 'berth.db')}`;
}

/** The address of a database without tables (of a SQLite file that does not exist yet). */
export async function emptyDatabaseUrl(t: Test, provider: Provider): Promise<string> {
  if (provider === 'postgresql') return postgresCopy(t, 'template0');
  return `file:${join(await temporaryFolder(t), 'berth.db')}`;
}

async function temporaryFolder(t: Test): Promise<string> {
  const folder = await memoryFolder('berth-test-');
  // Teardowns run last in, first out, so what was opened later is closed earlier.
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

let sqliteFile: Promise<string> | undefined;

/** A migrated file, created once per process. */
function sqliteTemplate(): Promise<string> {
  return (sqliteFile ??= (async () => {
    const folder = await memoryFolder('berth-test-template-');
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await migrate({ url: `file:${join(folder, 'template.db')}` });
    return join(folder, 'template.db');
  })());
}

/** How many migrated databases to keep, for several branches in use at the same time. */
const TEMPLATES_KEPT = 8;

let postgresName: Promise<string> | undefined;

/**
 * The name of the migrated database, which is created once for these migrations and kept in the test server for later
 * runs.
 */
function postgresTemplate(): Promise<string> {
  return (postgresName ??= (async () => {
    const checksums = (await readMigrations('postgresql')).map(({ checksum }) => checksum.slice(0, 8));
    return `berth_template_${checksums.join('_')}`.slice(0, 60);
  })());
}

async function ensureTemplate(admin: Client, name: string): Promise<void> {
  const known = await admin.query('SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY oid', [
    'berth_template_%',
  ]);
  const names = known.rows.map((row: { datname: string }) => row.datname);
  if (names.includes(name)) return;
  for (const old of names.slice(0, -TEMPLATES_KEPT)) await admin.query(`DROP DATABASE "${old}" WITH (FORCE)`);
  await admin.query(`DROP DATABASE IF EXISTS "${name}_new" WITH (FORCE)`);
  await admin.query(`CREATE DATABASE "${name}_new" TEMPLATE template0`);
  await migrate({ url: serverUrl(`${name}_new`) });
  await admin.query(`ALTER DATABASE "${name}_new" RENAME TO "${name}"`);
}

async function postgresCopy(t: Test, template: string): Promise<string> {
  const name = `berth_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await asAdmin(async (admin) => {
    // Test files run in parallel, and one with other migrations may remove old databases. The lock is released with the
    // session.
    await admin.query('SELECT pg_advisory_lock(7001)');
    if (template !== 'template0') await ensureTemplate(admin, template);
    await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  });
  t.teardown(() => asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)));
  return serverUrl(name);
}

async function asAdmin(work: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: serverUrl() });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

function serverUrl(database?: string): string {
  const server = process.env['BERTH_TEST_POSTGRES_URL'];
  if (!server) {
    throw new Error(
      'BERTH_TEST_POSTGRES_URL is not set: run the tests with "npm test", which starts a PostgreSQL server for them, or name one whose user may create databases.',
    );
  }
  const url = new URL(server);
  if (database !== undefined) url.pathname = `/${database}`;
  return url.href;
}
