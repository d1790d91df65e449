import { once } from 'node:events';
import type { Socket } from 'node:net';
import t, { test } from 'tap';
import type { Test } from 'tap';
import { fuzzFrames } from '../../../kit/fuzz/fuzz.ts';
import { startLocalCarrier } from '../../../kit/engine/local-carrier.ts';
import { connectLocally } from '../../../kit/engine/local-socket.ts';
import { compileSanitized, startNative } from '../../../kit/engine/native-programs.ts';
import { until } from '../../../kit/basics/until.ts';

/** More connections than the launcher lets wait (see its C source). */
const GUESTS = 8;
const TOKEN = 'token-0123456789';

/** Number of strangers in one test; BERTH_TEST_FRAMES sets another one. */
const STRANGERS = Math.min(20_000, Number(process.env['BERTH_TEST_FRAMES'] ?? 20_000) / 50);
const SEED = Number(process.env['BERTH_TEST_SEED'] ?? 1);

const program = await compileSanitized(t, 'carrier');

interface Guest {
  socket: Socket;
  gone: () => boolean;
}

async function guest(t: Test, path: string): Promise<Guest> {
  const socket = await connectLocally(path);
  let gone = false;
  socket.on('error', () => undefined).once('close', () => (gone = true));
  socket.resume();
  t.teardown(() => socket.destroy());
  return { socket, gone: () => gone };
}

await test('the oldest waiting client is dropped for a new one, also after another client left', async (t) => {
  const { native, path } = await startLocalCarrier(t, program, {
    direction: 'in',
    command: ['cat'],
    token: TOKEN,
  });
  const guests: Guest[] = [];
  for (let number = 0; number < GUESTS; number += 1) guests.push(await guest(t, path));
  // The first one leaves. The launcher noticed that once it accepts another client without dropping one.
  guests[0]?.socket.destroy();
  guests.push(await guest(t, path));
  guests.push(await guest(t, path));
  await until(() => guests[1]?.gone() ?? false);
  t.same(
    guests.slice(2).map((each) => each.gone()),
    guests.slice(2).map(() => false),
    'none of the later clients was dropped',
  );
  guests.at(-1)?.socket.end(`${TOKEN}sent`);
  await until(() => native.stdout().endsWith('sent'));
  t.equal(await native.exitCode(), 0);
});

await test('the token is recognized, however it is split, and no byte after it is lost', async (t) => {
  const { native, path } = await startLocalCarrier(t, program, {
    direction: 'in',
    command: ['cat'],
    token: TOKEN,
  });
  const { socket } = await guest(t, path);
  socket.setNoDelay(true);
  for (const byte of TOKEN) {
    socket.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const sent = 'x'.repeat(3_000_000);
  socket.end(sent);
  t.equal(await native.exitCode(), 0);
  t.equal(native.stdout(), `listening\nconnected\n${sent}`);
});

await test('strangers that send anything, and disconnect at any time, block nobody', async (t) => {
  const { native, path } = await startLocalCarrier(t, program, {
    direction: 'out',
    command: ['echo', 'sent'],
    token: TOKEN,
  });
  const seeds = [Buffer.from(TOKEN), Buffer.from(TOKEN.slice(0, -1)), Buffer.from(`x${TOKEN}`)];
  for (const frame of fuzzFrames(seeds, { frames: STRANGERS, seed: SEED })) {
    // Only the complete token at the start is unknown to a stranger.
    if (frame.subarray(0, TOKEN.length).equals(seeds[0] ?? frame)) continue;
    const { socket: stranger } = await guest(t, path);
    stranger.write(frame);
    if (frame.length % 3 === 0) stranger.destroy();
    else if (frame.length % 3 === 1) stranger.end();
  }
  const { socket: known } = await guest(t, path);
  let received = '';
  known.on('data', (bytes: Buffer) => (received += bytes.toString()));
  known.write(TOKEN);
  await once(known, 'close');
  t.equal(received, 'sent\n');
  t.equal(await native.exitCode(), 0);
});

await test('no invalid address is accepted', async (t) => {
  for (const line of ['', '\n', 'alone\n', `${'p'.repeat(300)} t\n`, `${'p'.repeat(120)} t\n`, '\0 \0\n']) {
    const native = startNative(t, program, ['in', 'cat']);
    native.child.stdin.end(line);
    t.equal(await native.exitCode(), 125, JSON.stringify(line.slice(0, 10)));
  }
  t.equal(await startNative(t, program, ['sideways', 'cat']).exitCode(), 64);
});
