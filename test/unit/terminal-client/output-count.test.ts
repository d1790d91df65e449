import { test } from 'tap';
import { createOutputCount } from 'berth-terminal-client/output-count';

const hello = { terminal: 'one', role: 'owner', rows: 24, cols: 80, durable: true } as const;

await test('a reconnecting client requests the next byte', (t) => {
  const count = createOutputCount(1000);
  t.equal(count.from, 1000);
  t.same(count.begin({ ...hello, offset: 1000, live: 1200, snapshot: false }), { ack: 1000, reset: false });
  t.equal(count.take(new Uint8Array(300)).length, 2);
  t.equal(count.from, 1300);
  t.end();
});

await test('output that starts at another byte than requested clears the screen', (t) => {
  const count = createOutputCount(undefined);
  t.same(count.begin({ ...hello, offset: 0, live: 0, snapshot: false }), { ack: 0, reset: false });
  const [early] = count.take(new Uint8Array(100_000));
  t.same(count.begin({ ...hello, offset: 0, live: 500, snapshot: false }), { ack: 0, reset: true });
  t.equal(early && count.show(early), undefined, 'earlier drawings no longer count');
  t.same(count.begin({ ...hello, offset: 90_000, live: 90_000, snapshot: true }), {
    ack: 90_000,
    reset: true,
  });
  t.equal(count.from, undefined, 'the drawing may be interrupted');
  t.equal(count.take(new Uint8Array(5))[0]?.end, 90_005);
  t.equal(count.from, 90_005);
  t.end();
});

await test('output of the previous connection that is shown later is acknowledged on this one', (t) => {
  const count = createOutputCount(undefined);
  count.begin({ ...hello, offset: 0, live: 0, snapshot: false });
  const [slow] = count.take(new Uint8Array(70_000));
  t.same(count.begin({ ...hello, offset: 70_000, live: 70_000, snapshot: false }), { ack: 0, reset: false });
  t.equal(slow && count.show(slow), 70_000);
  t.end();
});
