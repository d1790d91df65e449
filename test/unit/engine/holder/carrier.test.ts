import { once } from 'node:events';
import type { Socket } from 'node:net';
import t, { test } from 'tap';
import type { Test } from 'tap';
import { fuzzFrames } from '../../../support/fuzz.ts';
import { startLocalCarrier } from '../../../support/local-carrier.ts';
import { connectLocally } from '../../../support/local-socket.ts';
import { compileSanitized, startNative } from '../../../support/native-programs.ts';
import { until } from '../../../support/until.ts';

/** More than a carrier lets wait: images/holder/carrier.c. */
const GUESTS = 8;
const TOKEN = 'token-0123456789';

/** Strangers of one test; more by BERTH_TEST_FRAMES. */
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

await test('the guest who has waited longest makes room, also after one in between has left', async (t) => {
  const { native, path } = await startLocalCarrier(t, program, {
    direction: 'in',
    command: ['cat'],
    token: TOKEN,
  });
  const guests: Guest[] = [];
  for (let number = 0; number < GUESTS; number += 1) guests.push(await guest(t, path));
  // The first leaves; the carrier has seen it once one more has been let in without the others' loss.
  guests[0]?.socket.destroy();
  guests.push(await guest(t, path));
  guests.push(await guest(t, path));
  await until(() => guests[1]?.gone() ?? false);
  t.same(
    guests.slice(2).map((each) => each.gone()),
    guests.slice(2).map(() => false),
    'none of the later ones was sent away',
  );
  guests.at(-1)?.socket.end(`${TOKEN}carried`);
  await until(() => native.stdout().endsWith('carried'));
  t.equal(await native.exitCode(), 0);
});

await test('the token is known in whatever pieces it comes, and nothing behind it is lost', async (t) => {
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
  const carried = 'x'.repeat(3_000_000);
  socket.end(carried);
  t.equal(await native.exitCode(), 0);
  t.equal(native.stdout(), `listening\nconnected\n${carried}`);
});

await test('strangers that say anything, and vanish at any time, keep nobody out', async (t) => {
  const { native, path } = await startLocalCarrier(t, program, {
    direction: 'out',
    command: ['echo', 'carried'],
    token: TOKEN,
  });
  const seeds = [Buffer.from(TOKEN), Buffer.from(TOKEN.slice(0, -1)), Buffer.from(`x${TOKEN}`)];
  for (const frame of fuzzFrames(seeds, { frames: STRANGERS, seed: SEED })) {
    // The whole token at the front is the one thing that a stranger does not know.
    if (frame.subarray(0, TOKEN.length).equals(seeds[0] ?? frame)) continue;
    const { socket: stranger } = await guest(t, path);
    stranger.write(frame);
    if (frame.length % 3 === 0) stranger.destroy();
    else if (frame.length % 3 === 1) stranger.end();
  }
  const { socket: known } = await guest(t, path);
  let heard = '';
  known.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  known.write(TOKEN);
  await once(known, 'close');
  t.equal(heard, 'carried\n');
  t.equal(await native.exitCode(), 0);
});

await test('no address of any kind is believed', async (t) => {
  for (const line of ['', '\n', 'alone\n', `${'p'.repeat(300)} t\n`, `${'p'.repeat(120)} t\n`, '\0 \0\n']) {
    const native = startNative(t, program, ['in', 'cat']);
    native.child.stdin.end(line);
    t.equal(await native.exitCode(), 125, JSON.stringify(line.slice(0, 10)));
  }
  t.equal(await startNative(t, program, ['sideways', 'cat']).exitCode(), 64);
});
