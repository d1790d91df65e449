import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import { test } from 'tap';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { readModels } from '../../../prisma/models.ts';
import { createDescribingAdapter } from '../../../prisma/postgres-for-engine.ts';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { migrate, openSchemaEngine } from '../../../src/infra/database/migrate.ts';
import { readMigrations } from '../../../src/infra/database/migrations.ts';
import type { Migration } from '../../../src/infra/database/migrations.ts';
import { MIGRATION_LOCK_KEY } from '../../../src/infra/database/migration-target.ts';
import { isUniqueViolation } from '../../../src/infra/database/database-errors.ts';
import { createSqliteAdapter } from '../../../src/infra/database/sqlite-adapter.ts';
import { emptyDatabaseUrl, freshDatabaseUrl, providers } from '../../kit/database/databases.ts';

const migration = (name: string, script: string): Migration => ({
  name,
  script,
  checksum: createHash('sha256').update(script).digest('hex'),
});

const oldDate = "'2026-01-01 00:00:00'";

/** Two attempts of a learner and of staff at an assignment, as they were stored before staff's had no number. */
const oldTries = [
  `INSERT INTO "Course" ("id", "title", "timeZone", "state", "createdById", "createdAt", "updatedAt")
   VALUES ('c', 'x', 'UTC', 'open', 'staff', ${oldDate}, ${oldDate})`,
  `INSERT INTO "Assignment" ("id", "courseId", "labSlug", "position", "points", "counts", "createdAt", "updatedAt")
   VALUES ('a', 'c', 'lab', 0, 1, 'best', ${oldDate}, ${oldDate})`,
  ...['learner', 'staff'].flatMap((who) => [
    `INSERT INTO "User" ("id", "name", "role", "createdAt") VALUES ('${who}', 'x', 'student', ${oldDate})`,
    `INSERT INTO "AssignmentWork" ("assignmentId", "learnerId", "runs", "trial", "startedAt")
     VALUES ('a', '${who}', 2, ${who === 'staff'}, ${oldDate})`,
    `INSERT INTO "Session" ("id", "learnerId", "labSlug", "labVersion", "state", "assignmentId", "run", "activeKey",
       "createdAt", "lastActivityAt", "expiresAt", "endsAt", "maxEndsAt", "idleMinutes")
     VALUES ('${who}', '${who}', 'lab', 'v', 'ready', 'a', 2, '${who}:assignment:a',
       ${oldDate}, ${oldDate}, ${oldDate}, ${oldDate}, ${oldDate}, 1)`,
    `INSERT INTO "Attempt" ("id", "learnerId", "labSlug", "labVersion", "stepId", "assignmentId", "run", "state", "startedAt")
     VALUES ('${who}', '${who}', 'lab', 'v', 'step', 'a', 2, 'finished', ${oldDate})`,
    ...[1, 2].map(
      (
        run,
      ) => `INSERT INTO "Progress" ("learnerId", "labSlug", "assignmentId", "run", "stepId", "attempts", "updatedAt")
       VALUES ('${who}', 'lab', 'a', ${run}, 'step', ${run + 3}, ${oldDate})`,
    ),
    `INSERT INTO "ShownHint" ("learnerId", "labSlug", "assignmentId", "stepId", "hintId", "cost", "shownAt")
     VALUES ('${who}', 'lab', 'a', 'step', 'hint', 0.5, ${oldDate})`,
  ]),
];

for (const provider of providers) {
  await test(`migrations (${provider})`, async (t) => {
    await t.test('apply once, and then there is nothing to do', async (t) => {
      const url = await emptyDatabaseUrl(t, provider);
      const names = (await readMigrations(provider)).map(({ name }) => name);
      t.ok(names.length > 0);
      const engines = t.capture(SchemaEngine, 'new', SchemaEngine.new);
      t.strictSame(await migrate({ url }), names);
      t.equal(engines().length, 1);
      t.strictSame(await migrate({ url }), []);
      t.equal(engines().length, 0, 'the second time without the schema engine, which is slow to load');
      const database = await openDatabase({ url });
      t.equal(await database.client.user.count(), 0);
      await database.close();
    });

    await t.test('apply once, even if many processes start together', async (t) => {
      const url = await emptyDatabaseUrl(t, provider);
      const names = (await readMigrations(provider)).map(({ name }) => name);
      const all = await Promise.all([migrate({ url }), migrate({ url }), migrate({ url })]);
      t.strictSame(all.flat().toSorted(), names, 'one of them applies each');
    });

    await t.test('match the models: a change of the models needs a migration', async (t) => {
      const models = await readModels(provider);
      const adapter = await describing(await freshDatabaseUrl(t, provider));
      t.teardown(() => adapter.dispose());
      const connect = () => Promise.resolve(adapter);
      const { provider: kind, adapterName } = adapter;
      const engine = await openSchemaEngine(
        { provider: kind, adapterName, connect, connectToShadowDb: connect },
        models,
      );
      t.teardown(() => engine.free());
      const files = models.map(([path, content]) => ({ path, content }));
      const { stdout, exitCode } = await engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: '.' },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: { externalTables: [], externalEnums: [] },
      });
      t.equal(exitCode, 0, `"npm run migration:new -- name" would write:\n${stdout ?? ''}`);
    });

    await t.test('keep what staff tried apart from work that counts', async (t) => {
      const url = await emptyDatabaseUrl(t, provider);
      const all = await readMigrations(provider);
      const at = all.findIndex(({ name }) => name.endsWith('_tries_of_staff'));
      await migrate({ url, migrations: all.slice(0, at) });
      const before = await openDatabase({ url });
      for (const insert of oldTries) await before.client.$executeRawUnsafe(insert);
      await before.close();
      await migrate({ url });
      const { client, close } = await openDatabase({ url });
      t.teardown(close);
      const orderBy = { learnerId: 'asc' } as const;
      t.same(await client.session.findMany({ orderBy, select: { run: true, activeKey: true } }), [
        { run: 2, activeKey: 'learner:assignment:a' },
        { run: 0, activeKey: 'staff:trial:a' },
      ]);
      t.same(await client.attempt.findMany({ orderBy, select: { run: true } }), [{ run: 2 }, { run: 0 }]);
      const progress = { learnerId: true, run: true, attempts: true };
      t.same(await client.progress.findMany({ orderBy: [orderBy, { run: 'asc' }], select: progress }), [
        { learnerId: 'learner', run: 1, attempts: 4 },
        { learnerId: 'learner', run: 2, attempts: 5 },
        { learnerId: 'staff', run: 0, attempts: 5 },
      ]);
      t.same(await client.shownHint.findMany({ orderBy, select: { trial: true, cost: true } }), [
        { trial: false, cost: 0.5 },
        { trial: true, cost: 0.5 },
      ]);
      t.match(await client.assignmentWork.findMany(), [{ learnerId: 'learner', runs: 2 }]);
      t.equal(await client.assignmentWork.count(), 1);
    });

    await t.test('leave the database unchanged when one fails, and continue from there', async (t) => {
      const url = await emptyDatabaseUrl(t, provider);
      const first = migration('1_first', 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY);');
      const broken = migration(
        '2_second',
        'CREATE TABLE "B" ("id" INTEGER PRIMARY KEY); INSERT INTO "Nowhere" VALUES (1);',
      );
      await t.rejects(migrate({ url, migrations: [first, broken] }), {
        code: 'MIGRATION_FAILED',
        message: /2_second[^]*Nowhere/,
      });
      const repaired = migration('2_second', 'CREATE TABLE "B" ("id" INTEGER PRIMARY KEY);');
      t.strictSame(await migrate({ url, migrations: [first, repaired] }), ['2_second']);
    });

    await t.test('may contain functions and texts with semicolons', async (t) => {
      const url = await emptyDatabaseUrl(t, provider);
      const script = `CREATE TABLE "A" ("text" TEXT DEFAULT 'one; two'); INSERT INTO "A" VALUES ('a;b');`;
      t.strictSame(await migrate({ url, migrations: [migration('1_first', script)] }), ['1_first']);
    });

    await t.test('reject a database of a newer version, and one with other migrations', async (t) => {
      const url = await emptyDatabaseUrl(t, provider);
      const first = migration('1_first', 'CREATE TABLE "A" ("id" INTEGER PRIMARY KEY);');
      const second = migration('2_second', 'CREATE TABLE "B" ("id" INTEGER PRIMARY KEY);');
      await migrate({ url, migrations: [first, second] });
      await t.rejects(migrate({ url, migrations: [first] }), {
        code: 'MIGRATION_FAILED',
        message: /2_second, which this version does not know/,
      });
      const changed = migration('2_second', 'CREATE TABLE "C" ("id" INTEGER PRIMARY KEY);');
      await t.rejects(migrate({ url, migrations: [first, changed] }), {
        code: 'MIGRATION_FAILED',
        message: /2_second was changed after it was applied/,
      });
    });
  });
}

await test('recreating a table in SQLite deletes no rows that refer to it', async (t) => {
  const url = await emptyDatabaseUrl(t, 'sqlite');
  const first = migration(
    '1_first',
    `CREATE TABLE "Parent" ("id" INTEGER PRIMARY KEY);
     CREATE TABLE "Child" ("id" INTEGER PRIMARY KEY, "parent" INTEGER REFERENCES "Parent" ("id") ON DELETE CASCADE);
     INSERT INTO "Parent" VALUES (1); INSERT INTO "Child" VALUES (1, 1);`,
  );
  const remake = migration(
    '2_remake',
    `PRAGMA defer_foreign_keys=ON; PRAGMA foreign_keys=OFF;
     CREATE TABLE "new_Parent" ("id" INTEGER PRIMARY KEY, "name" TEXT);
     INSERT INTO "new_Parent" ("id") SELECT "id" FROM "Parent";
     DROP TABLE "Parent"; ALTER TABLE "new_Parent" RENAME TO "Parent";
     PRAGMA foreign_keys=ON; PRAGMA defer_foreign_keys=OFF;`,
  );
  const orphan = migration('3_orphan', 'DELETE FROM "Parent";');
  await migrate({ url, migrations: [first, remake] });
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  t.strictSame(await database.client.$queryRawUnsafe('SELECT "parent" FROM "Child"'), [{ parent: 1 }]);
  await t.rejects(migrate({ url, migrations: [first, remake, orphan] }), {
    code: 'MIGRATION_FAILED',
    message: /Child would refer to missing rows/,
  });
});

await test('a PostgreSQL schema can have another name than public, and must be empty before the first start', async (t) => {
  const server = await emptyDatabaseUrl(t, 'postgresql');
  const admin = new Client({ connectionString: server });
  await admin.connect();
  t.teardown(() => admin.end());
  for (const schema of ['berth-prod', 'Berth', 'a.b']) {
    const quoted = admin.escapeIdentifier(schema);
    await admin.query(`CREATE SCHEMA ${quoted}`);
    const url = new URL(server);
    url.searchParams.set('options', `-c search_path=${quoted}`);
    await t.rejects(openDatabase({ url: url.href }), {
      code: 'MIGRATION_FAILED',
      message: `the schema "${schema}" does not have the tables`,
    });
    await migrate({ url: url.href });
    const database = await openDatabase({ url: url.href });
    t.teardown(() => database.close());
    const write = () => database.client.setting.create({ data: { key: 'one', value: 'x' } });
    await write();
    const error: unknown = await write().catch((reason: unknown) => reason);
    t.ok(isUniqueViolation(error, 'key'), schema);
  }
});

await test('a start waits while another process migrates PostgreSQL', async (t) => {
  const url = await emptyDatabaseUrl(t, 'postgresql');
  const other = new Client({ connectionString: url });
  await other.connect();
  await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
  let done = false;
  const migrating = migrate({ url }).then(() => (done = true));
  await setTimeout(500);
  t.equal(done, false);
  await other.end();
  t.equal(await migrating, true);
});

await test('a process holds no PostgreSQL lock while it waits to apply its next migration', async (t) => {
  const url = await emptyDatabaseUrl(t, 'postgresql');
  const migrations = ['1_first', '2_second'].map((name, index) =>
    migration(name, `CREATE TABLE "T${index}" ("id" INTEGER PRIMARY KEY);`),
  );
  const connect = async () => {
    const client = new Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const [before, between] = [await connect(), await connect()];
  t.teardown(() => between.end());
  const waiting = async (client: Client) => {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows[0]?.count;
  };
  await before.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
  const migrating = migrate({ url, migrations });
  while ((await waiting(before)) !== 1) await setTimeout(10);
  // The server grants the lock in the order of the requests: this one gets it after the first migration.
  const turn = between.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
  while ((await waiting(before)) !== 2) await setTimeout(10);
  await before.end();
  await turn;
  while ((await waiting(between)) !== 1) await setTimeout(10);
  const { rows } = await between.query(
    `SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  t.strictSame(rows, [], 'otherwise it and the waiting process would deadlock');
  await between.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK_KEY]);
  t.strictSame(await migrating, ['1_first', '2_second']);
});

await test('an unreachable database is DATABASE_UNREACHABLE', async (t) => {
  await t.rejects(migrate({ url: 'postgresql://127.0.0.1:1/berth' }), { code: 'DATABASE_UNREACHABLE' });
  await t.rejects(migrate({ url: 'file:/proc/berth.db' }), { code: 'DATABASE_UNREACHABLE' });
});

/** An adapter that lets the schema engine read all tables. */
async function describing(url: string): Promise<SqlDriverAdapter> {
  if (url.startsWith('file:')) return createSqliteAdapter({ file: url.slice('file:'.length) }).connect();
  const pool = new Pool({ connectionString: url });
  return createDescribingAdapter({
    query: ({ text, values, types }) => pool.query<unknown[]>({ text, values, types, rowMode: 'array' }),
    executeScript: async (script) => void (await pool.query(script)),
    close: () => pool.end(),
  });
}
