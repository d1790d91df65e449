import { test } from 'tap';
import type { Test } from 'tap';
import { createSqliteAdapter } from '../../../src/infra/database/sqlite-adapter.ts';
import { freshDatabase, freshDatabaseUrl } from '../../kit/database/databases.ts';

const statement = (sql: string) => ({ sql, args: [], argTypes: [] });
const insertion = (id: string) =>
  statement(`INSERT INTO "User" ("id", "name", "role", "createdAt") VALUES ('${id}', 'x', 'student', 0)`);

async function connect(t: Test) {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const adapter = await createSqliteAdapter({ file: url.slice('file:'.length) }).connect();
  t.teardown(() => adapter.dispose());
  const ids = async () =>
    (await adapter.queryRaw(statement('SELECT "id" FROM "User" ORDER BY "id"'))).rows.flat();
  return { adapter, ids };
}

await test('an ended transaction rejects statements', async (t) => {
  const { adapter, ids } = await connect(t);
  const transaction = await adapter.startTransaction();
  await transaction.executeRaw(insertion('in'));
  await transaction.rollback();
  const closed = { cause: { kind: 'TransactionAlreadyClosed' } };
  await t.rejects(transaction.executeRaw(insertion('late')), closed);
  await t.rejects(transaction.queryRaw(statement('SELECT 1')), closed);
  t.strictSame(await ids(), []);
});

await test('ending a transaction twice does not end the next one', async (t) => {
  const { adapter, ids } = await connect(t);
  const first = await adapter.startTransaction();
  await first.commit();
  const second = await adapter.startTransaction();
  await second.executeRaw(insertion('in'));
  await first.commit();
  await first.rollback();
  t.strictSame(await ids(), [], 'still open');
  await second.commit();
  t.strictSame(await ids(), ['in']);
});

await test('statements that return rows and write count as writes', async (t) => {
  const { adapter, ids } = await connect(t);
  const { sql } = insertion('returned');
  t.strictSame((await adapter.queryRaw(statement(`${sql} RETURNING "id"`))).rows, [['returned']]);
  const copy = `WITH "old" AS (SELECT * FROM "User") INSERT INTO "User" ("id", "name", "role", "createdAt") SELECT 'copied', "name", "role", "createdAt" FROM "old" RETURNING "id"`;
  t.strictSame((await adapter.queryRaw(statement(copy))).rows, [['copied']]);
  t.strictSame(await ids(), ['copied', 'returned']);
});

await test('savepoints roll back a part of a transaction', async (t) => {
  const { adapter, ids } = await connect(t);
  const transaction = await adapter.startTransaction('SERIALIZABLE');
  await transaction.executeRaw(insertion('kept'));
  await transaction.createSavepoint?.('here');
  await transaction.executeRaw(insertion('undone'));
  await transaction.rollbackToSavepoint?.('here');
  await transaction.releaseSavepoint?.('here');
  await transaction.commit();
  t.strictSame(await ids(), ['kept']);
});

await test('a transaction cannot be started by a statement or with another isolation level', async (t) => {
  const { adapter } = await connect(t);
  await t.rejects(adapter.executeRaw(statement('BEGIN')), { message: /database\.transaction/ });
  await t.rejects(adapter.startTransaction('READ COMMITTED'), { cause: { kind: 'InvalidIsolationLevel' } });
  await adapter.executeRaw(insertion('after'));
});

await test('waiting statements are rejected when it closes', async (t) => {
  const { adapter } = await connect(t);
  const transaction = await adapter.startTransaction();
  const waiting = adapter.executeRaw(insertion('waiting'));
  const refused = t.rejects(waiting, { cause: { kind: 'ConnectionClosed' } });
  await adapter.dispose();
  await refused;
  await t.rejects(transaction.commit());
});

await test('the log, durability and foreign keys are set', async (t) => {
  const { client } = await freshDatabase(t, 'sqlite');
  const setting = async (name: string) =>
    Object.values((await client.$queryRawUnsafe<Record<string, unknown>[]>(`PRAGMA ${name}`))[0] ?? {}).map(
      String,
    );
  t.strictSame(await setting('journal_mode'), ['wal']);
  t.strictSame(await setting('synchronous'), ['2'], 'FULL');
  t.strictSame(await setting('foreign_keys'), ['1']);
});
