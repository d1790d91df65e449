import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { Test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { freshDatabaseUrl } from '../../kit/database/databases.ts';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';

const ROUNDS = 5;

await test('kill -9 of a writing process loses no acknowledged insert', async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const writer = startWriter(t, url, `round${round}`, acknowledged);
    await writer.wrote(20 + round * 7);
    await writer.kill();
  }
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  const ids = new Set((await database.client.user.findMany({ select: { id: true } })).map(({ id }) => id));
  t.ok(acknowledged.length >= ROUNDS * 20, `${acknowledged.length} inserts were acknowledged`);
  t.strictSame(
    acknowledged.filter((id) => !ids.has(id)),
    [],
  );
  t.strictSame(await database.client.$queryRawUnsafe('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
});

await test('two processes write at once, and the transactions of both add up', async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  const others: string[] = [];
  const writer = startWriter(t, url, 'other', others);
  await writer.wrote(1);
  const mine: string[] = [];
  for (let index = 0; index < 50; index++) {
    await database.transaction(async (tx) => {
      const count = await tx.user.count();
      await setTimeout(1);
      t.equal(await tx.user.count(), count, 'nobody else wrote meanwhile');
      mine.push((await tx.user.create({ data: person(`mine-${index}`) })).id);
    });
  }
  const before = others.length;
  await writer.wrote(before + 5);
  await writer.kill();
  const ids = new Set((await database.client.user.findMany({ select: { id: true } })).map(({ id }) => id));
  t.strictSame(
    [...mine, ...others].filter((id) => !ids.has(id)),
    [],
  );
});

await test('waiting for another process does not block this one', async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const [one, other] = [await openDatabase({ url }), await openDatabase({ url })];
  t.teardown(() => Promise.all([one.close(), other.close()]));
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 5);
  t.teardown(() => clearInterval(ticking));
  const holding = other.transaction(async (tx) => {
    await tx.user.create({ data: person('holding') });
    await setTimeout(400);
  });
  await setTimeout(50);
  const before = ticks;
  await one.client.user.create({ data: person('waiting') });
  t.ok(ticks - before > 5, 'timers kept running');
  await holding;
  t.equal(await one.client.user.count(), 2);
});

function person(id: string) {
  return { id, name: id, role: 'student' as const, createdAt: new Date(0) };
}

function startWriter(t: Test, url: string, prefix: string, acknowledged: string[]) {
  const script = fileURLToPath(new URL('writer-process.ts', import.meta.url));
  const child = spawn(process.execPath, [TYPESCRIPT, script, url, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const before = acknowledged.length;
  lines.on('line', (id) => acknowledged.push(id));
  return {
    async wrote(number: number): Promise<void> {
      while (acknowledged.length - before < number) await once(lines, 'line');
    },
    async kill(): Promise<void> {
      const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
      child.kill('SIGKILL');
      await ended;
    },
  };
}
