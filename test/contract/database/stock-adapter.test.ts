import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { test } from 'tap';
import { PrismaClient } from '../../../src/infra/database/generated/sqlite/client.ts';
import { createSqliteAdapter } from '../../../src/infra/database/sqlite-adapter.ts';
import { freshDatabaseUrl } from '../../kit/database/databases.ts';

/*
 * Why Berth has its own adapter. If the first test fails, Prisma has fixed its adapter, and
 * src/infra/database/sqlite-adapter.ts may no longer be needed.
 */

await test("Prisma's own SQLite adapter loses an acknowledged write, and shows uncommitted rows", async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const client = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url }) });
  t.teardown(() => client.$disconnect());
  const { seenInside, after } = await writeBesideRollback(client);
  t.equal(seenInside, 1, 'a read outside sees uncommitted rows');
  t.strictSame(after, [], 'the acknowledged plain write was rolled back');
});

await test("Berth's adapter keeps the write and hides the rows", async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const client = new PrismaClient({ adapter: createSqliteAdapter({ file: url.slice('file:'.length) }) });
  t.teardown(() => client.$disconnect());
  const { seenInside, after } = await writeBesideRollback(client);
  t.equal(seenInside, 0);
  t.strictSame(after, ['plain']);
});

/** Makes a plain write while a transaction is open, which then rolls back. */
async function writeBesideRollback(client: PrismaClient) {
  let plain: Promise<unknown> | undefined;
  let seenInside = -1;
  const transaction = client.$transaction(async (tx) => {
    await tx.user.create({ data: person('inside') });
    seenInside = await client.user.count();
    // A Prisma statement starts when its `then` is called.
    plain = client.user.create({ data: person('plain') }).then(({ id }) => id);
    // Gives the plain write time to run, in case it does not wait.
    await new Promise((resolve) => setTimeout(resolve, 100));
    throw new Error('roll back');
  });
  await transaction.catch((error: Error) => error.message);
  await plain;
  return { seenInside, after: (await client.user.findMany()).map(({ id }) => id) };
}

function person(id: string) {
  return { id, name: id, role: 'student' as const, createdAt: new Date(0) };
}
