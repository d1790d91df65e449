import { test } from 'tap';
import { ENTRY_LIMIT, parseListing, parseStatLine } from '../../../../src/domains/files/scripts.ts';
import { machinePath } from '../../../../src/domains/files/file.ts';

const parse = (text: string | Buffer) => parseListing('/a', Buffer.from(text), { cut: false });

await test('entries are read in order, with any name', async (t) => {
  const listing = parse(
    'f 644 0 0 12 1700000000.5 b c\0\0d 4755 7 8 0 0 a\nd 1\0\0l 777 0 0 3 0 ㄱ\0to\nit\0s 600 0 0 0 0 z\0\0',
  );
  t.match(listing, {
    path: '/a',
    truncated: false,
    entries: [
      {
        name: 'a\nd 1',
        kind: 'folder',
        mode: 0o4755,
        uid: 7,
        gid: 8,
        modifiedAt: new Date(0),
        target: undefined,
      },
      { name: 'b c', kind: 'file', size: 12, modifiedAt: new Date(1_700_000_000_000) },
      { name: 'z', kind: 'other' },
      { name: 'ㄱ', kind: 'link', target: 'to\nit' },
    ],
  });
});

await test('a name that is not UTF-8 is marked', async (t) => {
  const bytes = Buffer.concat([Buffer.from('f 644 0 0 0 0 a'), Buffer.from([0xff]), Buffer.from('\0\0')]);
  t.equal(parse(bytes).entries[0]?.name, 'a\uFFFD');
});

await test('implausible values from a machine are dropped or limited', async (t) => {
  t.same(parse('').entries, []);
  t.same(parse('nonsense').entries, []);
  t.same(parse('nonsense\0\0f 644 0 0 x 0 a\0\0f 9 0 0 1 0 a\0\0').entries, []);
  t.same(parse('f 644 0 0 0 0 ../../x\0\0f 644 0 0 0 0 ..\0\0f 644 0 0 0 0 .\0\0').entries, []);
  t.same(parse('f 644 0 0 0 99999999999999999999 a\0\0').entries, []);
  const many = parse('f 644 0 0 0 0 a\0\0'.repeat(ENTRY_LIMIT + 1));
  t.same([many.entries.length, many.truncated], [ENTRY_LIMIT, true]);
  t.equal(parseListing('/a', Buffer.from('f 644 0 0 0 0 a\0\0f 644 0 0'), { cut: true }).truncated, true);
});

await test('only a line that describes a file is read', async (t) => {
  t.same(parseStatLine('81a4 12 1700000000\n'), {
    kind: 'file',
    size: 12,
    mode: 0o644,
    modifiedAt: new Date(1_700_000_000_000),
  });
  t.match(parseStatLine('43ed 4096 0'), { kind: 'folder', mode: 0o1755 });
  t.match(parseStatLine('21b6 0 0'), { kind: 'other' });
  for (const line of ['', 'x', '81a4 12', '81a4 -1 0', '81a4 12 0\nmore', `81a4 ${'9'.repeat(30)} 0`]) {
    t.throws(() => parseStatLine(line), { code: 'COMMAND_FAILED' }, line);
  }
});

await test('paths are normalized', async (t) => {
  t.equal(machinePath('/'), '/');
  t.equal(machinePath('//a/./b//'), '/a/b');
  t.equal(machinePath('/a b/ㄱ\n'), '/a b/ㄱ\n');
  t.throws(() => machinePath('/..'), { code: 'INPUT_INVALID' });
});
