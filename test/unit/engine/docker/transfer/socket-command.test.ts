import { test } from 'tap';
import { createLauncherMessages } from '../../../../../src/engine/docker/transfer/socket-command.ts';

/** What was recognized in these chunks. */
async function heard(...pieces: string[]) {
  const said = createLauncherMessages();
  for (const piece of pieces) said.add(Buffer.from(piece));
  const yet = (word: Promise<boolean>) => Promise.race([word, Promise.resolve(false)]);
  return { listening: await yet(said.listening), connected: await yet(said.connected) };
}

await test('the launcher’s messages are recognized, however they are split', async (t) => {
  const neither = { listening: false, connected: false };
  t.same(await heard(), neither);
  t.same(await heard('listen'), neither);
  t.same(await heard('listen', 'ing\n'), { listening: true, connected: false });
  t.same(await heard('listening\nconnected'), { listening: true, connected: false });
  t.same(await heard('l', 'istening', '\nconnect', 'ed', '\n'), { listening: true, connected: true });
  t.same(await heard('listening\nconnected\nand more'), { listening: true, connected: true });
});

await test('other output is not recognized, whatever follows', async (t) => {
  t.same(await heard('connected\n'), { listening: false, connected: false });
  t.same(await heard('no\nlistening\nconnected\n'), { listening: false, connected: false });
  t.same(await heard('listening\nno\nconnected\n'), { listening: true, connected: false });
});

await test('the command’s own output comes after the launcher’s messages', async (t) => {
  const said = createLauncherMessages();
  t.equal(said.outputOf(Buffer.from('listening\nconnected\n1000 1000\n')).toString(), '1000 1000\n');
});
