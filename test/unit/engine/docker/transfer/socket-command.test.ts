import { test } from 'tap';
import { createLauncherMessages } from '../../../../../src/engine/docker/transfer/socket-command.ts';

/** What of both is heard of these pieces. */
async function heard(...pieces: string[]) {
  const said = createLauncherMessages();
  for (const piece of pieces) said.add(Buffer.from(piece));
  const yet = (word: Promise<boolean>) => Promise.race([word, Promise.resolve(false)]);
  return { listening: await yet(said.listening), connected: await yet(said.connected) };
}

await test('a carrier is heard in whatever pieces its words come', async (t) => {
  const neither = { listening: false, connected: false };
  t.same(await heard(), neither);
  t.same(await heard('listen'), neither);
  t.same(await heard('listen', 'ing\n'), { listening: true, connected: false });
  t.same(await heard('listening\nconnected'), { listening: true, connected: false });
  t.same(await heard('l', 'istening', '\nconnect', 'ed', '\n'), { listening: true, connected: true });
  t.same(await heard('listening\nconnected\nand more'), { listening: true, connected: true });
});

await test('what is no carrier is not heard, whatever it says later', async (t) => {
  t.same(await heard('connected\n'), { listening: false, connected: false });
  t.same(await heard('no\nlistening\nconnected\n'), { listening: false, connected: false });
  t.same(await heard('listening\nno\nconnected\n'), { listening: true, connected: false });
});

await test('what its command printed is what comes after its words', async (t) => {
  const said = createLauncherMessages();
  t.equal(said.outputOf(Buffer.from('listening\nconnected\n1000 1000\n')).toString(), '1000 1000\n');
});
