import { test } from 'tap';
import { createSnapshots, NOT_RESTORED } from '../../../../../src/domains/terminals/snapshots/snapshots.ts';
import { drawnScreen } from '../../../../kit/terminals/drawn-screen.ts';
import { quietLog } from '../../../../kit/basics/quiet-log.ts';
import { until } from '../../../../kit/basics/until.ts';

const SIZE = { rows: 10, cols: 40 };

/** Takes xterm.js hours, in few bytes. */
const ENDLESS = Buffer.from('\n\x1b[2000000000L');

await test('a screen is drawn in a thread, which ends after a while and restarts', async (t) => {
  const snapshots = createSnapshots({ log: quietLog(), limits: { idleMs: 100 } });
  t.teardown(() => snapshots.close());
  t.notOk(snapshots.isRunning(), 'nothing runs before it is needed');
  for (const text of ['one', '둘']) {
    const drawn = await snapshots.take(
      'ada',
      [Buffer.from('half\r\n\x1b[3'), Buffer.from(`1m${text}`)],
      SIZE,
    );
    t.match((await drawnScreen(drawn, SIZE)).normal[0], text);
    t.ok(snapshots.isRunning());
    await until(() => !snapshots.isRunning());
  }
});

await test('the thread gets the modes from before the given output', async (t) => {
  const snapshots = createSnapshots({ log: quietLog() });
  t.teardown(() => snapshots.close());
  const drawn = await snapshots.take('ada', Buffer.from('\nedit'), SIZE, Buffer.from('\x1b[?1049h'));
  t.equal((await drawnScreen(drawn, SIZE)).type, 'alternate');
});

await test('a slow drawing gives a note instead of the screen, the service keeps running, and the next screen is drawn', async (t) => {
  const log = quietLog();
  const snapshots = createSnapshots({ log, limits: { serializeMs: 1_500 } });
  t.teardown(() => snapshots.close());
  let turns = 0;
  const counting = setInterval(() => turns++, 10);
  const [hostile, next] = await Promise.all([
    snapshots.take('ada', ENDLESS, SIZE),
    snapshots.take('ada', Buffer.from('\nnext'), SIZE),
  ]);
  clearInterval(counting);
  t.same(hostile, NOT_RESTORED);
  t.match((await drawnScreen(next, SIZE)).normal[0], 'next');
  t.ok(turns > 50, `the event loop turned ${turns} times`);
  t.same(log.messages(), ['warn: restoring a screen failed']);
});

await test('a terminal with slow screens does not delay others', async (t) => {
  const log = quietLog();
  const snapshots = createSnapshots({ log, limits: { serializeMs: 3_000 } });
  t.teardown(() => snapshots.close());
  const hostile = Array.from({ length: 20 }, () => snapshots.take('mallory', ENDLESS, SIZE));
  const drawn = await snapshots.take('ada', Buffer.from('\nmine'), SIZE);
  t.match((await drawnScreen(drawn, SIZE)).normal[0], 'mine');
  t.equal(log.messages().filter((line) => /queue is full/.test(line)).length, 12);
  t.ok(
    log.messages().filter((line) => /restoring a screen failed/.test(line)).length <= 1,
    'one after the other',
  );
  await snapshots.close();
  for (const one of await Promise.all(hostile)) t.same(one, NOT_RESTORED);
});

await test('a thread that runs out of memory affects nothing else, and the next screen is drawn', async (t) => {
  const log = quietLog();
  const snapshots = createSnapshots({ log, limits: { serializeMs: 60_000 } });
  t.teardown(() => snapshots.close());
  const links = Buffer.from(`\n${'\x1b]8;;b\x07'.repeat(120_000)}`);
  t.same(await snapshots.take('ada', links, SIZE), NOT_RESTORED);
  t.match(log.lines, [{ level: 'warn', details: { err: { message: 'memory limit' } } }]);
  t.match(
    (await drawnScreen(await snapshots.take('ada', Buffer.from('\nnext'), SIZE), SIZE)).normal[0],
    'next',
  );
});

await test('the newest megabyte is drawn, however much is given', async (t) => {
  const snapshots = createSnapshots({ log: quietLog() });
  t.teardown(() => snapshots.close());
  const output = [Buffer.from('\n\x1b]2;old\x07'), Buffer.alloc(3_000_000, 'old\r\n'), Buffer.from('new')];
  const screen = await drawnScreen(await snapshots.take('ada', output, SIZE), SIZE);
  t.equal(screen.title, '', 'earlier output is missing');
  t.match(screen.normal.at(-2), 'old');
  t.match(screen.normal.at(-1), 'new');
});

await test('uses sizes that a terminal can have', async (t) => {
  const snapshots = createSnapshots({ log: quietLog() });
  t.teardown(() => snapshots.close());
  for (const size of [
    { rows: 1, cols: 1 },
    { rows: 500, cols: 1_000 },
  ]) {
    const drawn = await snapshots.take('ada', Buffer.from('\n가나다'), size);
    t.match((await drawnScreen(drawn, size)).normal.join(''), '다');
  }
  for (const size of [
    { rows: 0, cols: 80 },
    { rows: 24, cols: 1_001 },
    { rows: 2.5, cols: 80 },
  ]) {
    await t.rejects(snapshots.take('ada', Buffer.from('x'), size), { code: 'TERMINAL_SIZE_INVALID' });
  }
});

await test('a full or closed queue returns the note immediately', async (t) => {
  const log = quietLog();
  const snapshots = createSnapshots({ log });
  const all = Array.from({ length: 70 }, (_, place) => snapshots.take(`learner ${place}`, ENDLESS, SIZE));
  const late = await snapshots.take('ada', Buffer.from('\nx'), SIZE);
  t.same(late, NOT_RESTORED);
  t.same(
    log.messages(),
    Array.from({ length: 7 }, () => 'warn: screen not restored: the queue is full'),
  );
  await snapshots.close();
  for (const drawn of await Promise.all(all)) t.same(drawn, NOT_RESTORED);
  t.same(await snapshots.take('ada', Buffer.from('\nx'), SIZE), NOT_RESTORED);
  t.notOk(snapshots.isRunning());
});
