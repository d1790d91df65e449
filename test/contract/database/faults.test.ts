import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { eachDatabase, freshDatabase } from '../../kit/database/databases.ts';

const person = (id: string) => ({ id, name: id, role: 'student' as const, createdAt: new Date(0) });

await test('a full disk is DISK_FULL, and loses no existing rows (sqlite)', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { client } = database;
  await client.user.create({ data: person('before') });
  // SQLite's own limit of the file size causes the same error as a full disk.
  const [size] = await client.$queryRawUnsafe<{ page_count: number }[]>('PRAGMA page_count');
  await client.$queryRawUnsafe(`PRAGMA max_page_count=${Number(size?.page_count) + 2}`);
  const large = { ...person('large'), name: 'x'.repeat(100_000) };
  const full = { code: 'DISK_FULL', message: /disk of the database is full/ };
  await t.rejects(client.user.create({ data: large }), full);
  const inTransaction = database.transaction(async (tx) => {
    await tx.user.create({ data: person('small') });
    await tx.user.create({ data: large });
  });
  await t.rejects(inTransaction, full);
  await client.$queryRawUnsafe('PRAGMA max_page_count=1000000');
  await client.user.create({ data: person('after') });
  t.strictSame(
    (await client.user.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id),
    ['after', 'before'],
  );
});

await test('a database can still write to its reserved space on a full disk', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { client } = database;
  await database.keepSpareSpace();
  // Space is reserved only once: the files do not grow again.
  await client.$queryRawUnsafe('PRAGMA max_page_count=1');
  await database.keepSpareSpace();
  for (let n = 0; n < 200; n++)
    await client.user.create({ data: { ...person(`${n}`), name: 'x'.repeat(10_000) } });
  t.equal(await client.user.count(), 200);
  t.strictSame(await client.$queryRawUnsafe("SELECT name FROM sqlite_schema WHERE name LIKE '%spare%'"), []);
});

await test('a full disk is DISK_FULL (postgresql)', async (t) => {
  const { client } = await freshDatabase(t, 'postgresql');
  const raise = `DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`;
  await t.rejects(client.$executeRawUnsafe(raise), { code: 'DISK_FULL' });
});

await test('a lost server is DATABASE_UNREACHABLE, and the next statement reconnects', async (t) => {
  const { client, ping } = await freshDatabase(t, 'postgresql');
  const gone = client.$queryRawUnsafe('SELECT pg_terminate_backend(pg_backend_pid())::text');
  await t.rejects(gone, { code: 'DATABASE_UNREACHABLE' });
  await ping();
});

await test('a missing database is DATABASE_UNREACHABLE', async (t) => {
  const away = { code: 'DATABASE_UNREACHABLE' };
  await t.rejects(openDatabase({ url: 'postgresql://127.0.0.1:1/berth' }), away);
  await t.rejects(openDatabase({ url: 'postgresql://localhost:1/berth' }), away);
  await t.rejects(openDatabase({ url: 'file:/no/such/folder/berth.db' }), away);
});

await test('another address is CONFIG_INVALID', async (t) => {
  for (const url of ['mysql://host/berth', 'file::memory:', '']) {
    await t.rejects(openDatabase({ url }), { code: 'CONFIG_INVALID', message: /DATABASE_URL must name/ });
  }
});

await test('a plain write during a transaction of the same task is rejected after a limit, not awaited forever', async (t) => {
  const database = await freshDatabase(t, 'sqlite', { transactionLimit: 200 });
  const { client } = database;
  // The plain write waits for the transaction, which waits for it, until the transaction times out.
  const stuck = database.transaction(async () => void (await client.user.create({ data: person('plain') })));
  await t.rejects(stuck);
  await setTimeout(50);
  t.equal(await client.user.count(), 1, 'the plain write ran after all');
});

await test('closing twice is fine', async (t) => {
  await eachDatabase(t, 'close', async (t, database) => {
    await database.close();
    await database.close();
    t.pass();
  });
});
