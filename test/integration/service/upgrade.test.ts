import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Client } from 'pg';
import { test } from 'tap';
import type { Test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { migrate } from '../../../src/infra/database/migrate.ts';
import { emptyDatabaseUrl, providers } from '../../kit/database/databases.ts';
import type { Provider } from '../../kit/database/databases.ts';
import { readDatamodel } from '../../kit/database/models.ts';
import { startBerth } from '../../kit/service/berth-process.ts';

/** The databases of releases, which test/fixtures/releases/write.ts wrote. */
const releases = fileURLToPath(new URL('../../fixtures/releases', import.meta.url));
const versions = (await readdir(releases)).filter((name) => name.startsWith('v'));

/** A version shortly before the first release, whose states had other names. */
const BEFORE_FIRST = 'v0.1.0-pre';

/** Values of states in that version and now. */
const formerStates = [
  ['SavedState', 'making', 'creating'],
  ['SavedState', 'whole', 'complete'],
  ['WarmEnvironment', 'making', 'creating'],
  ['WarmEnvironment', 'leaving', 'removing'],
  ['WarmEnvironment', 'ready', 'ready'],
] as const;

/** Tables of v0.1.0 that later versions renamed, with their present names. */
const renamedTables = new Map([['RecordedCourse', 'RecordedCollection']]);

await test('there is a release to upgrade from', async (t) => t.ok(versions.includes('v0.1.0')));

for (const version of versions) {
  for (const provider of providers) {
    await test(`the database of ${version} (${provider})`, async (t) => {
      const url = await restore(t, version, provider);
      await t.test('keeps its rows when it is migrated', (t) => keepsRows(t, url));
      if (version === BEFORE_FIRST)
        await t.test('keeps the states of its rows', (t) => renamesStates(t, version, provider));
      if (version === 'v0.1.0')
        await t.test('turns its courses into collections', (t) => renamesCourses(t, version, provider));
      await t.test('is what the service continues with', async (t) => {
        const data = await mkdtemp(join(tmpdir(), 'berth-upgrade-'));
        t.teardown(() => rm(data, { recursive: true, force: true }));
        await copyFile(join(releases, version, `${provider}.secret.key`), join(data, 'secret.key'));
        await continues(t, url, data);
      });
    });
  }
}

async function restore(t: Test, version: string, provider: Provider): Promise<string> {
  const url = await emptyDatabaseUrl(t, provider);
  const content = gunzipSync(await readFile(join(releases, version, `${provider}.gz`)));
  if (provider === 'sqlite') {
    await writeFile(url.replace('file:', ''), content);
    return url;
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(content.toString());
  await client.end();
  return url;
}

async function keepsRows(t: Test, url: string): Promise<void> {
  const unchanged = await openDatabase({ url });
  const tables = await readTables(unchanged);
  const before = await countRows(unchanged, tables);
  await unchanged.close();
  t.ok(tables.length >= 32, 'the tables were read');
  t.strictSame(
    tables.filter((table) => before[table] === 0),
    [],
    'there is a row in each table',
  );
  await migrate({ url });
  const database = await openDatabase({ url });
  const renamed = (table: string) => renamedTables.get(table) ?? table;
  const after = await countRows(database, tables.map(renamed));
  for (const table of tables) t.equal(after[renamed(table)], before[table], `rows of ${table}`);
  const { models } = await readDatamodel();
  for (const name of models.keys()) {
    // Reads each column as the type that the model gives it.
    t.ok(Array.isArray(await tableOf(database, name).findMany()), `${name} can be read`);
  }
  const parts = await database.client.recordingPart.findMany();
  const recorded = parts.map(({ content }) => gunzipSync(content).toString()).join('');
  t.match(recorded, '42 recorded', 'the recorded terminal can be played');
  await database.close();
}

async function renamesStates(t: Test, version: string, provider: Provider): Promise<void> {
  for (const [table, before, after] of formerStates) {
    const url = await restore(t, version, provider);
    const unchanged = await openDatabase({ url });
    const changed = await unchanged.client.$executeRawUnsafe(`UPDATE "${table}" SET "state" = '${before}'`);
    t.ok(changed > 0, 'the release has a row');
    await unchanged.close();
    await migrate({ url });
    const database = await openDatabase({ url });
    const rows = (await tableOf(database, table).findMany()) as { state: string }[];
    t.same(new Set(rows.map(({ state }) => state)), new Set([after]), `${table}: ${before}`);
    await database.close();
  }
}

async function renamesCourses(t: Test, version: string, provider: Provider): Promise<void> {
  const url = await restore(t, version, provider);
  const unchanged = await openDatabase({ url });
  const { client } = unchanged;
  const quota = (id: string, subject: string) =>
    client.$executeRawUnsafe(
      `INSERT INTO "Quota" ("id", "subject", "sessions", "updatedAt") VALUES ('${id}', '${subject}', 5, CURRENT_TIMESTAMP)`,
    );
  await quota('of-course', 'course:upgrades');
  await quota('of-lab', 'lab:course-one');
  const changed = await client.$executeRawUnsafe(`UPDATE "Session" SET "course" = 'upgrades'`);
  t.ok(changed > 0, 'the release has a session');
  await unchanged.close();
  await migrate({ url });
  const database = await openDatabase({ url });
  const quotas = await database.client.quota.findMany({ where: { sessions: 5 }, orderBy: { id: 'asc' } });
  t.match(
    quotas.map(({ subject }) => subject),
    ['collection:upgrades', 'lab:course-one'],
  );
  t.match(await database.client.session.findMany(), [{ collection: 'upgrades' }]);
  t.match(await database.client.recordedCollection.findMany(), [{ collection: 'upgrades' }]);
  await database.close();
}

async function readTables({ client, provider }: Database): Promise<string[]> {
  const rows =
    provider === 'sqlite'
      ? await client.$queryRaw<{ name: string }[]>`SELECT name FROM sqlite_master WHERE type = 'table'`
      : await client.$queryRaw<
          { name: string }[]
        >`SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'`;
  return rows.map(({ name }) => name).filter((name) => /^[A-Z]/.test(name));
}

async function countRows({ client }: Database, tables: string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await client.$queryRawUnsafe<{ rows: bigint }[]>(`SELECT count(*) AS rows FROM "${table}"`);
    counts[table] = Number(row?.rows);
  }
  return counts;
}

function tableOf({ client }: Database, model: string): { findMany(): Promise<unknown> } {
  const name = model.charAt(0).toLowerCase() + model.slice(1);
  return (client as unknown as Record<string, { findMany(): Promise<unknown> }>)[name] as never;
}

async function continues(t: Test, url: string, data: string): Promise<void> {
  const berth = await startBerth(t, { DATABASE_URL: url, BERTH_DATA_DIR: data });
  const answer = await berth.graphql<{ users: { edges: { node: { id: string; name: string } }[] } }>(`{
    viewer { role }
    users(first: 10) { edges { node { id name email role } } }
    lab(slug: "every-row") { title collection }
    quotas { learner { name } sessions memoryBytes savedBytes }
    registryCredentials { registry username }
    labSources { name address }
    recordedCollections { collection }
  }`);
  t.match(answer, {
    viewer: { role: 'ADMIN' },
    lab: { title: 'Every kind of row', collection: 'upgrades' },
    quotas: [{ learner: { name: 'Mina Kim' }, sessions: 3, memoryBytes: 2 ** 31, savedBytes: 2 ** 30 }],
    registryCredentials: [{ registry: 'registry.example.org', username: 'berth' }],
    // The address is encrypted, so it can be read only with the key.
    labSources: [{ name: 'upstream', address: 'https://git.invalid/labs.git' }],
    recordedCollections: [{ collection: 'upgrades' }],
  });
  const users = answer.users.edges.map(({ node }) => node);
  t.match(
    users.find(({ name }) => name === 'Ines Structor'),
    { email: 'ines@example.org', role: 'INSTRUCTOR' },
  );
  const learner = users.find(({ name }) => name === 'Mina Kim');
  t.match(learner, { email: 'mina@example.org', role: 'STUDENT' });

  const work = await berth.graphql<{ attempts: { edges: unknown[] }; sessions: { edges: unknown[] } }>(
    `query ($learner: ID!) {
      attempts(learner: $learner) { edges { node { stepId state passed score verdicts { kind passed } } } }
      sessions(learner: $learner) {
        edges { node { labSlug progress { steps { id passed attempts failures bestScore hints { id cost } } } } }
      }
    }`,
    { learner: learner?.id },
  );
  t.equal(work.attempts.edges.length, 4);
  t.match(work.sessions.edges, [
    {
      node: {
        labSlug: 'every-row',
        progress: {
          steps: [
            {
              id: 'file',
              passed: true,
              attempts: 2,
              failures: 1,
              bestScore: 0.8,
              hints: [{ id: 'touch', cost: 0.2 }],
            },
            { id: 'question', passed: true, attempts: 2, failures: 1, bestScore: 0.5 },
          ],
        },
      },
    },
  ]);
}
