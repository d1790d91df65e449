import { Duplex } from 'node:stream';
import { test } from 'tap';
import { deferred } from '../../../../src/core/async.ts';
import type { TerminalEnd } from '../../../../src/engine/engine-terminals.ts';
import { newId } from '../../../../src/core/ids.ts';
import { createOutputBudgets } from '../../../../src/domains/terminals/pacing.ts';
import { createLiveTerminal } from '../../../../src/domains/terminals/live-terminal.ts';
import { steppedTime } from '../../../kit/basics/stepped-time.ts';

const MIB = 1024 ** 2;
const PIECE = 64 * 1024;
/** What a terminal may have read beyond its budget when it is paused: one turn's work, and stream buffers. */
const SLACK = 4 * PIECE;

/** Shells that print as fast as they are read, and number their output. */
function floods(messages = 1) {
  const time = steppedTime();
  const budgets = createOutputBudgets({ time });
  const open = (learnerId: string) => {
    let printed = 0;
    let isEnded = false;
    const over = deferred<TerminalEnd>();
    const stream = new Duplex({
      read() {
        if (isEnded) {
          this.push(null);
          return;
        }
        const piece = Buffer.alloc(PIECE);
        for (let at = 0; at < PIECE; at += 4) piece.writeUInt32LE((printed + at) / 4, at);
        printed += PIECE;
        setImmediate(() => this.push(piece));
      },
      write: (_bytes, _encoding, done) => done(),
    });
    // Like a real shell, it ends only after all its output has been read.
    stream.once('end', () => over.resolve({ exitCode: 1 }));
    const live = createLiveTerminal({
      engineTerminal: {
        stream,
        offset: 0,
        durable: true,
        shell: '1:0:1/a',
        over: over.promise,
        takeMessages: () => messages,
        resize: async () => undefined,
        async end() {
          isEnded = true;
        },
      },
      size: { rows: 24, cols: 80 },
      learnerId,
      budgets,
      reconnect: async () => undefined,
      onActivity: () => undefined,
      onResize: () => undefined,
    });
    return { live, read: () => live.output.next };
  };
  return { time, open };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};
const sum = (terminals: { read: () => number }[]) => terminals.reduce((all, { read }) => all + read(), 0);
const owner = (name: string) => ({ id: newId(), userId: name, name, role: 'owner' as const });

await test("unattended terminals share their learner's budget, regardless of their number", async (t) => {
  const { time, open } = floods();
  const terminals = Array.from({ length: 20 }, () => open('ada'));
  // Until an owner joins, a shell waits when its output fills the buffer. The test advances the clock.
  for (const { live } of terminals) live.viewers.join(owner('ada'), () => undefined).leave();
  await turns(500);
  t.ok(sum(terminals) <= 4 * MIB + 20 * SLACK, `${sum(terminals)} bytes at once`);
  const before = sum(terminals);
  await time.pass(20_000);
  const more = sum(terminals) - before;
  t.ok(more <= 20 * MIB + 20 * SLACK, `${more} bytes in 20 s`);
  t.ok(more >= 10 * MIB, 'the shells continue');
  t.ok(Math.min(...terminals.map(({ read }) => read())) > 0, 'each of them');
  for (const { live } of terminals) {
    const kept = live.output.all();
    const [first, last] = [kept.readUInt32LE(0), kept.readUInt32LE(kept.length - 4)];
    t.same([first * 4, last * 4 + 4], [live.output.first, live.output.next], 'nothing is lost or duplicated');
    void live.end();
  }
});

await test('learners do not slow each other down below the total, and share it', async (t) => {
  const { time, open } = floods();
  const terminals = Array.from({ length: 20 }, (_, at) => open(`learner ${at}`));
  for (const { live } of terminals) live.viewers.join(owner('ada'), () => undefined).leave();
  await turns(500);
  const before = terminals.map((terminal) => terminal.read());
  await time.pass(10_000);
  const read = terminals.map((terminal, at) => terminal.read() - (before[at] ?? 0));
  t.ok(sum(terminals) <= 16 * MIB * 11 + 20 * SLACK, `${sum(terminals)} bytes`);
  t.ok(Math.min(...read) > Math.max(...read) / 2, 'both get about the same');
  for (const { live } of terminals) void live.end();
});

await test("a terminal with its owner does not wait for the learner's other output", async (t) => {
  const { open } = floods();
  const alone = open('ada');
  alone.live.viewers.join(owner('ada'), () => undefined).leave();
  await turns(500);
  const held = alone.read();
  t.ok(held <= 4 * MIB + SLACK);
  const attended = open('ada');
  attended.live.viewers.join(owner('ada'), () => undefined);
  await turns(500);
  t.ok(attended.read() > 8 * MIB, `${attended.read()} bytes`);
  t.equal(alone.read(), held);

  const place = alone.live.viewers.join(owner('ada'), () => undefined);
  await turns(500);
  t.ok(alone.read() > held + 8 * MIB, 'it continues immediately when its owner joins');
  place.leave();
  await turns(10);
  const left = alone.read();
  await turns(500);
  t.ok(alone.read() <= left + SLACK, 'and waits again when the owner leaves');
  for (const { live } of [alone, attended]) void live.end();
});

await test('one-byte messages are limited even with the owner present', async (t) => {
  const { time, open } = floods(PIECE / 5);
  const terminals = [open('ada'), open('ada')];
  for (const { live } of terminals) live.viewers.join(owner('ada'), () => undefined);
  await turns(500);
  const before = sum(terminals);
  t.ok(before <= (4 * MIB * 5) / 32 + 2 * SLACK, `${before} bytes at once`);
  await time.pass(10_000);
  const messages = ((sum(terminals) - before) / PIECE) * (PIECE / 5);
  t.ok(messages <= 10 * 131_072 + 2 * PIECE, `${messages} messages in 10 s`);
  t.ok(messages > 0, 'they continue');
  for (const { live } of terminals) void live.end();
});

await test('one turn of the event loop processes little of one terminal', async (t) => {
  const { open } = floods();
  const { live, read } = open('ada');
  live.viewers.join(owner('ada'), () => undefined);
  for (let turn = 0; turn < 100; turn++) {
    const before = read();
    await new Promise(setImmediate);
    t.ok(read() - before <= SLACK);
  }
  void live.end();
});

await test('one turn of the event loop processes little of many terminals with their owners, each in order', async (t) => {
  const { open } = floods();
  const terminals = Array.from({ length: 40 }, (_, at) => open(`learner ${at}`));
  for (const { live } of terminals) live.viewers.join(owner('ada'), () => undefined);
  await turns(20);
  for (let turn = 0; turn < 50; turn++) {
    const before = sum(terminals);
    await turns(1);
    const read = sum(terminals) - before;
    t.ok(read > 0 && read <= 1.5 * MIB, `${read} bytes`);
  }
  const all = terminals.map(({ read }) => read());
  t.ok(Math.min(...all) > Math.max(...all) / 2, 'all get about the same');
  for (const { live } of terminals) void live.end();
  await turns(50);
});

await test('a terminal that waits for its budget ends immediately and disconnects its viewers', async (t) => {
  const { time, open } = floods(PIECE / 5);
  const terminals = [open('ada'), open('ada'), open('ada')];
  const dropped: string[] = [];
  for (const [at, { live }] of terminals.entries()) {
    const place = live.viewers.join(owner('ada'), () => dropped.push(`owner ${at}`));
    if (at > 0) place.leave();
  }
  await turns(500);
  t.equal(time.running(), 2, 'both kinds of terminals wait');
  for (const { live } of terminals) live.viewers.drop();
  t.same(dropped, ['owner 0']);
  const ends: unknown[] = [];
  for (const { live } of terminals) {
    void live.over.then((end) => ends.push(end));
    await live.end();
  }
  await turns(500);
  t.same(ends, [{ exitCode: 1 }, { exitCode: 1 }, { exitCode: 1 }], 'while no time passes');
  await time.pass(20);
  t.equal(time.running(), 0, 'nothing waits any more');
});
