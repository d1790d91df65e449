import { test } from 'tap';
import { createConnecting } from '../../../../src/domains/previews/connecting.ts';
import { createOpenConnections } from '../../../../src/domains/previews/open-connections.ts';

const port = {
  sessionId: 'one',
  machine: 'main',
  port: 80,
  machineId: 'm',
  learnerId: 'l',
  opener: { userId: 'l', role: 'student' as const, scopes: [] },
  openedWith: 'h',
};
const other = { ...port, sessionId: 'two' };
const end = () => undefined;

await test('a session has a hundred connections open at most, others are not hindered', (t) => {
  const connections = createOpenConnections();
  const releases = Array.from({ length: 100 }, () => connections.add({ port, end }));
  t.throws(() => connections.add({ port, end }), { code: 'PREVIEW_LIMIT', details: { limit: 100 } });
  const release = connections.add({ port: other, end });
  t.equal(connections.ofSession('one').length, 100);
  t.equal(connections.all().length, 101);
  t.equal(connections.ofSession('two').length, 1);
  for (const give of releases) give();
  releases[0]?.();
  t.equal(connections.ofSession('one').length, 0);
  connections.add({ port, end });
  release();
  t.equal(connections.all().length, 1);
  t.end();
});

await test('few connections of one session are opened at once, in their turn, whatever comes of them', async (t) => {
  const connecting = createConnecting();
  const started: number[] = [];
  const finish: ((error?: Error) => void)[] = [];
  const opening = Array.from({ length: 6 }, (_, number) =>
    connecting('one', () => {
      started.push(number);
      return new Promise<number>((resolve, reject) => {
        finish.push((error) => (error ? reject(error) : resolve(number)));
      });
    }),
  );
  const results = Promise.allSettled(opening);
  t.same(started, [0, 1, 2, 3]);
  t.equal(await connecting('two', async () => 'at once'), 'at once');
  finish[1]?.(new Error('it failed'));
  await opening[1]?.catch(() => undefined);
  t.same(started, [0, 1, 2, 3, 4]);
  finish[0]?.();
  await opening[0];
  t.same(started, [0, 1, 2, 3, 4, 5]);
  for (const give of finish) give();
  t.match(
    (await results).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
  t.equal(await connecting('one', async () => 'again'), 'again');
});
