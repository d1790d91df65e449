import { once } from 'node:events';
import { test } from 'tap';
import type { Test } from 'tap';
import { createFrameBudgets } from '../../../../src/api/shared/socket-limits.ts';
import { servePipeTerminals } from '../../../kit/terminals/pipe-terminals.ts';
import { TerminalClient } from '../../../kit/terminals/terminal-client.ts';
import { steppedTime } from '../../../kit/basics/stepped-time.ts';

const FRAMES = 40_000;
/** Frames that may be read beyond the budget: what the socket had already received, in frames of seven bytes. */
const BROUGHT = (2 * 64 * 1024) / 7 + 16 * 1024;

/** A terminal that counts its input, with Mallory's socket and another learner's. */
async function shared(t: Test) {
  const time = steppedTime();
  const server = await servePipeTerminals(t, {
    frames: createFrameBudgets({ time }),
    attach: (_id, { client }, pipe) =>
      pipe.attach({}, { role: 'assisting', name: client?.id.startsWith('mallory') ? 'Mallory' : 'Ada' }),
  });
  let taken = 0;
  server.pipe.fromClient.on('data', (bytes: Buffer) => (taken += bytes.length));
  const connect = async (name: string) => {
    const client = TerminalClient.connect({ url: `${server.url}?client=${name}`, ticket: 'secret' });
    await client.expectControl('hello');
    return client;
  };
  return { time, connect, taken: () => taken, pipe: server.pipe };
}

/** Resolves when the server reads no further frames. */
async function settled(count: () => number): Promise<void> {
  for (let still = 0, last = -1; still < 20; still = count() === last ? still + 1 : 0) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

await test("a flood of one-byte frames is limited to its user's share, and nothing is lost", async (t) => {
  const { time, connect, taken } = await shared(t);
  const flooding = await connect('mallory1');
  const second = await connect('mallory2');
  for (let frame = 0; frame < FRAMES; frame++) {
    flooding.send('x');
    second.send('x');
  }
  await settled(taken);
  const before = taken();
  t.ok(before <= 4_000 + 2 * BROUGHT, `${before} frames were read`);
  t.ok(before < 2 * FRAMES);

  const other = await connect('somebody1');
  other.send('y');
  await settled(taken);
  t.equal(taken(), before + 1, 'another user types without delay');

  while (taken() < 2 * FRAMES + 1) {
    await time.pass(2_000);
    await settled(taken);
  }
  t.pass('all frames are read in the end');
});

await test('one turn of the event loop reads one frame of a socket', async (t) => {
  const { connect, pipe } = await shared(t);
  const client = await connect('mallory1');
  const { live } = pipe;
  let inTurn = 0;
  let most = 0;
  let all = 0;
  const input = live.input.bind(live);
  live.input = (bytes) => {
    if (inTurn++ === 0) setImmediate(() => setImmediate(() => (inTurn = 0)));
    most = Math.max(most, inTurn);
    all += 1;
    return input(bytes);
  };
  for (let frame = 0; frame < 1_000; frame++) client.send('x');
  await settled(() => all);
  t.equal(all, 1_000);
  t.ok(most <= 3, `${most} frames within two turns`);
});

await test('pings and control frames count, and a waiting socket closes immediately', async (t) => {
  const { time, connect, taken } = await shared(t);
  const client = await connect('mallory1');
  for (let frame = 0; frame < FRAMES; frame++) {
    client.socket.ping();
    client.acknowledge(0);
  }
  client.send('last');
  await settled(taken);
  t.equal(taken(), 0, 'later frames wait');
  const closed = once(client.socket, 'close');
  client.socket.terminate();
  await closed;
  await settled(taken);
  const other = await connect('somebody1');
  other.send('y');
  await settled(taken);
  t.equal(taken(), 1);
  await time.pass(100);
  t.equal(time.running(), 0, 'nobody waits any more');
});
