import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { test } from 'tap';
import { toHolder } from '../../../../src/engine/docker/holder/holder-messages.ts';
import { fuzzFrames } from '../../../kit/fuzz/fuzz.ts';
import { startLocalHolder } from '../../../kit/engine/local-holder.ts';
import { compileSanitized } from '../../../kit/engine/native-programs.ts';
import { seededRandom } from '../../../kit/fuzz/random.ts';
import { until } from '../../../kit/basics/until.ts';

/** Number of random and mutated frames; the long version has 1,000,000. */
const FRAMES = Number(process.env['BERTH_TEST_FRAMES'] ?? 20_000);
const SEED = Number(process.env['BERTH_TEST_SEED'] ?? 1);

/** Frames of one viewer, unless it sends an invalid one earlier. */
const FRAMES_OF_VIEWER = 20;

const program = await compileSanitized(t, 'holder');

/** Reads without end, and echoes nothing. */
const READER = ['sh', '-c', 'stty raw -echo; echo reads; exec cat >/dev/null'];

async function isClosed(socket: Socket): Promise<boolean> {
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return true;
}

await test('an unknown message, or one that is too long for its kind, ends only its viewer', async (t) => {
  const agent = await startLocalHolder(t, program, READER);
  const attach = toHolder.attach(24, 80, 0);
  for (const hostile of [
    // Type 0 was once taken for a missing header, and the rest for another message.
    Buffer.concat([Buffer.from([0, 0, 0, 0]), attach]),
    Buffer.from([0, 0, 0, 1, 0]),
    Buffer.from('z\0\0\0'),
    Buffer.from('a\xff\xff\xff', 'latin1'),
    Buffer.from('s\0\0\x41', 'latin1'),
    Buffer.from('a\0\0\0'),
    Buffer.from('a\0\0\x03 1 ', 'latin1'),
    Buffer.concat([attach, attach]),
  ]) {
    const socket = await agent.connected();
    socket.on('error', () => undefined);
    socket.write(hostile);
    t.ok(await isClosed(socket), hostile.toString('latin1'));
  }
  const viewer = await agent.attached();
  await viewer.prints('reads');
});

await test('numbers out of range have no invalid effect', async (t) => {
  const agent = await startLocalHolder(t, program, ['sh', '-c', 'echo reads; read word; echo "is $word"']);
  const socket = await agent.connected();
  const huge = '99999999999999999999';
  for (const words of [`${huge} ${huge}`, '-1 -1', '0 0', '65536 65536']) {
    socket.write(message('s', words));
  }
  socket.write(message('a', `4294967295 4294967295 ${huge}`));
  socket.write(toHolder.input(Buffer.alloc(0)));
  socket.write(toHolder.input(Buffer.from('here\n')));
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
  await until(() => received.includes('x\0\0\x010'));
  t.match(received, 'is here');
});

await test(`${FRAMES} random and mutated frames of viewers that vanish do not change the shell`, async (t) => {
  const agent = await startLocalHolder(t, program, READER);
  const first = await agent.attached();
  await first.prints('reads');
  const seeds = [
    toHolder.attach(24, 80, 0),
    toHolder.resize(50, 100),
    toHolder.input(Buffer.from('ls -l\r')),
    toHolder.input(Buffer.from('\u001b[200~pasted\u001b[201~\u0003')),
  ];
  const random = seededRandom(SEED);
  const frames = fuzzFrames(seeds, { frames: FRAMES, seed: SEED });
  for (let made = 0; made < FRAMES; made += FRAMES_OF_VIEWER) {
    const socket = await agent.connected();
    socket.on('error', () => undefined);
    // Some read nothing, so that the messages to them fill every buffer.
    if (random() < 0.8) socket.resume();
    for (let sent = 0; sent < FRAMES_OF_VIEWER && !socket.destroyed; sent += 1) {
      const frame = frames.next().value;
      if (!frame) break;
      const cut = Math.floor(random() * frame.length);
      socket.write(frame.subarray(0, cut));
      if (random() < 0.02) await new Promise((resolve) => setImmediate(resolve));
      socket.write(frame.subarray(cut));
    }
    if (random() < 0.5) socket.destroy();
    else socket.end();
  }
  const last = await agent.attached();
  last.stream.resize(30, 90);
  last.stream.write('typed');
  last.stream.destroy();
  const again = await agent.attached();
  await again.prints('reads');
});

await test('the newest of many viewers is served, and a flood that none of them reads ends', async (t) => {
  const flood = ['sh', '-c', 'stty raw -echo; seq 1 400000; echo "flood ends"; read word'];
  const agent = await startLocalHolder(t, program, flood);
  const viewers: Socket[] = [];
  for (let number = 0; number < 40; number += 1) {
    const socket = await agent.connected();
    socket.on('error', () => undefined).pause();
    socket.write(toHolder.attach(24, 80, number * 1_000));
    viewers.push(socket);
  }
  await sleep(100);
  for (const viewer of viewers) viewer.destroy();
  const newest = await agent.attached({ from: 1_000_000 });
  await newest.prints('flood ends');
  t.match(newest.printed(), /399999\n400000\nflood ends\n$/);
});

function message(kind: string, text: string): Buffer {
  const head = Buffer.from([kind.charCodeAt(0), 0, 0, text.length]);
  return Buffer.concat([head, Buffer.from(text)]);
}
