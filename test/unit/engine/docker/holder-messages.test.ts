import { test } from 'tap';
import { createHolderReader } from '../../../../src/engine/docker/holder/holder-messages.ts';

function reader() {
  const heard: string[] = [];
  const read = createHolderReader({
    output: (bytes) => heard.push(`output ${bytes.toString()}`),
    words: (kind, text) => heard.push(`${kind} ${text}`),
    nonsense: () => heard.push('nonsense'),
  });
  return { heard, read: (text: string) => read(Buffer.from(text, 'latin1')) };
}

await test('output of many messages in one piece comes as one, in its place among the words', (t) => {
  const { heard, read } = reader();
  read(`h\0\0\x01a${'o\0\0\x01b'.repeat(5)}o\0\0\x02c`);
  read('d');
  read('o\0\0\x01ex\0\0\x010');
  t.same(heard, ['hello a', 'output bbbbbc', 'output d', 'output e', 'exit 0']);
  t.end();
});

await test('what says nothing, or greets again, is no holder', (t) => {
  for (const flood of ['o\0\0\0o\0\0\0', 'h\0\0\x01ah\0\0\x01a']) {
    const { heard, read } = reader();
    read(flood);
    t.equal(heard.at(-1), 'nonsense');
  }
  t.end();
});
