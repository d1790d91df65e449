import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { eachDatabase, freshDatabase, providers } from '../../kit/database/databases.ts';

const FIFTY = Array.from({ length: 50 }, (_, index) => index);

await test('concurrent transactions', async (t) => {
  await eachDatabase(
    t,
    'lose no acknowledged write, despite plain writes and rollbacks',
    async (t, database) => {
      await putCounter(database);
      const plain: string[] = [];
      const work = FIFTY.flatMap((index) => [
        addOne(database),
        undone(database, `undone-${index}`),
        database.client.user.create({ data: person(`plain-${index}`) }).then(({ id }) => plain.push(id)),
      ]);
      await Promise.all(work);

      t.equal(await counter(database), FIFTY.length, 'fifty read-modify-writes add up to fifty');
      const ids = (await database.client.user.findMany({ select: { id: true } })).map(({ id }) => id);
      t.equal(plain.length, FIFTY.length);
      t.strictSame(
        plain.filter((id) => !ids.includes(id)),
        [],
        'each acknowledged write is stored',
      );
      t.strictSame(
        ids.filter((id) => id.startsWith('undone')),
        [],
        'nothing of a rolled back transaction is stored',
      );
    },
  );

  await eachDatabase(t, 'hide uncommitted rows from other reads', async (t, database) => {
    const seen = new Set<number>();
    const reading = new AbortController();
    const reader = (async () => {
      while (!reading.signal.aborted) {
        seen.add(await database.client.user.count());
        await setTimeout(1);
      }
    })();
    for (const index of FIFTY.slice(0, 10)) await undone(database, `undone-${index}`);
    reading.abort();
    await reader;
    t.strictSame([...seen], [0]);
  });

  await eachDatabase(t, 'are retried only after a conflict', async (t, database) => {
    let runs = 0;
    const failing = database.transaction(async () => {
      runs++;
      throw new Error('no');
    });
    await t.rejects(failing, { message: 'no' });
    t.equal(runs, 1);
  });
});

for (const provider of providers) {
  await test(`a transaction that takes too long ends, and others continue (${provider})`, async (t) => {
    const database = await freshDatabase(t, provider, { transactionLimit: 300 });
    await putCounter(database);
    const slow = database.transaction(async (tx) => {
      await tx.user.create({ data: person('slow') });
      await setTimeout(600);
      await tx.user.create({ data: person('slower') });
    });
    const after = setTimeout(50).then(() => addOne(database));
    await t.rejects(slow);
    await after;
    t.equal(await counter(database), 1);
    t.equal(await database.client.user.count(), 1, 'nothing of the slow one was stored');
  });
}

function person(id: string) {
  return { id, name: '0', role: 'student' as const, createdAt: new Date(0) };
}

async function putCounter(database: Database): Promise<void> {
  await database.client.user.create({ data: person('counter') });
}

async function counter(database: Database): Promise<number> {
  return Number((await database.client.user.findUniqueOrThrow({ where: { id: 'counter' } })).name);
}

/** Reads, lets others run, and writes the value plus one. */
async function addOne(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const { name } = await tx.user.findUniqueOrThrow({ where: { id: 'counter' } });
    await setTimeout(1);
    await tx.user.update({ where: { id: 'counter' }, data: { name: String(Number(name) + 1) } });
  });
}

async function undone(database: Database, id: string): Promise<void> {
  const refusal = new Error('undone');
  const work = database.transaction(async (tx) => {
    await tx.user.create({ data: person(id) });
    await setTimeout(2);
    throw refusal;
  });
  await work.catch((error: unknown) => {
    if (error !== refusal) throw error;
  });
}
