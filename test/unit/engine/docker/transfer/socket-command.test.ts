import { test } from 'tap';
import { createLauncherMessages } from '../../../../../src/engine/docker/transfer/socket-command.ts';

/** What was recognized in these chunks. */
async function received(...pieces: string[]) {
  const output = createLauncherMessages();
  for (const piece of pieces) output.add(Buffer.from(piece));
  const yet = (word: Promise<boolean>) => Promise.race([word, Promise.resolve(false)]);
  return { listening: await yet(output.listening), connected: await yet(output.connected) };
}

await test('the launcher’s messages are recognized, however they are split', async (t) => {
  const neither = { listening: false, connected: false };
  t.same(await received(), neither);
  t.same(await received('listen'), neither);
  t.same(await received('listen', 'ing\n'), { listening: true, connected: false });
  t.same(await received('listening\nconnected'), { listening: true, connected: false });
  t.same(await received('l', 'istening', '\nconnect', 'ed', '\n'), { listening: true, connected: true });
  t.same(await received('listening\nconnected\nand more'), { listening: true, connected: true });
});

await test('other output is not recognized, whatever follows', async (t) => {
  t.same(await received('connected\n'), { listening: false, connected: false });
  t.same(await received('no\nlistening\nconnected\n'), { listening: false, connected: false });
  t.same(await received('listening\nno\nconnected\n'), { listening: true, connected: false });
});

await test('the command’s own output comes after the launcher’s messages', async (t) => {
  const output = createLauncherMessages();
  t.equal(output.outputOf(Buffer.from('listening\nconnected\n1000 1000\n')).toString(), '1000 1000\n');
});
