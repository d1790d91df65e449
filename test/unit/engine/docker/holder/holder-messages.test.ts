import { test } from 'tap';
import { createHolderReader } from '../../../../../src/engine/docker/holder/holder-messages.ts';

function reader() {
  const received: string[] = [];
  const read = createHolderReader({
    output: (bytes) => received.push(`output ${bytes.toString()}`),
    words: (kind, text) => received.push(`${kind} ${text}`),
    nonsense: () => received.push('nonsense'),
  });
  return { heard: received, read: (text: string) => read(Buffer.from(text, 'latin1')) };
}

await test('output of many messages in one chunk arrives as one, in order with the text messages', (t) => {
  const { heard: received, read } = reader();
  read(`h\0\0\x01a${'o\0\0\x01b'.repeat(5)}o\0\0\x02c`);
  read('d');
  read('o\0\0\x01ex\0\0\x010');
  t.same(received, ['hello a', 'output bbbbbc', 'output d', 'output e', 'exit 0']);
  t.end();
});

await test('output arrives unchanged, however its messages are split, with their number', (t) => {
  const sizes = [1, 1, 3, 1, 64, 65, 200, 1, 70_000, 2, 1];
  const sent = Buffer.alloc(
    sizes.reduce((sum, size) => sum + size),
    'a quick brown fox',
  );
  const said: Buffer[] = [];
  let from = 0;
  for (const size of sizes) {
    said.push(Buffer.from([0x6f, size >> 16, size >> 8, size]), sent.subarray(from, from + size));
    from += size;
  }
  const all = Buffer.concat(said);
  for (const length of [1, 2, 3, 5, 7, 64, 1_000, 65_536, all.length]) {
    const received: Buffer[] = [];
    let messages = 0;
    const read = createHolderReader({
      output(bytes, count) {
        received.push(Buffer.from(bytes));
        messages += count;
      },
      words: () => t.fail('there are no text messages'),
      nonsense: () => t.fail('there are no invalid messages'),
    });
    for (let at = 0; at < all.length; at += length) read(Buffer.from(all.subarray(at, at + length)));
    t.ok(Buffer.concat(received).equals(sent), `pieces of ${length}`);
    t.equal(messages, sizes.length);
    t.ok(received.length <= all.length / length + 1, 'each chunk is passed on once');
  }
  t.end();
});

await test('nothing is read after the message about the shell’s end', (t) => {
  for (const flood of ['x\0\0\x010', 'f\0\0\x02no']) {
    const { heard: received, read } = reader();
    read(flood.repeat(1_000));
    read(`${flood}o\0\0\x01a`);
    t.equal(received.length, 1);
  }
  t.end();
});

await test('text messages that are too long, and messages of unknown kinds, are invalid', (t) => {
  for (const flood of ['h\0\x04\x01', 'x\xff\xff\xff', 'z\0\0\x01a', '\0\0\0\x01a']) {
    const { heard: received, read } = reader();
    read(flood);
    read('a'.repeat(100_000));
    t.same(received, ['nonsense']);
  }
  t.end();
});

await test('empty messages, and a second greeting, are invalid', (t) => {
  for (const flood of ['o\0\0\0o\0\0\0', 'h\0\0\x01ah\0\0\x01a']) {
    const { heard: received, read } = reader();
    read(flood);
    t.equal(received.at(-1), 'nonsense');
  }
  t.end();
});
