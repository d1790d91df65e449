import { test } from 'tap';
import { isFault } from '../../../../../src/core/errors.ts';
import { createTarRules } from '../../../../../src/domains/files/upload/tar-rules.ts';
import type { TarEntry } from '../../../../../src/domains/files/upload/tar-reader.ts';

const file = (name: string): TarEntry => ({ name, type: '0', size: 0, linkName: '', sparse: false });
const folder = (name: string): TarEntry => ({ ...file(name), type: '5' });
const link = (name: string, linkName: string, type = '2'): TarEntry => ({ ...file(name), type, linkName });

/** Returns `ok`, or why the archive was rejected. */
function judge(...entries: TarEntry[]): string {
  const judgeEntry = createTarRules({ entries: 5, links: 2 });
  try {
    for (const entry of entries) judgeEntry(entry);
    return 'ok';
  } catch (error) {
    return isFault(error, 'ARCHIVE_REFUSED') ? error.message : String(error);
  }
}

await test('accepts entries below the folder', async (t) => {
  for (const entries of [
    [file('a')],
    [file('./a/b/../c'.replace('../', ''))],
    [folder('a/'), file('a/..b'), file('a/b..')],
    [file(`${'a/'.repeat(100)}f`), folder('a/'.repeat(100)), folder(`a${'/a'.repeat(99)}`)],
    [file(`./${'a/'.repeat(100)}f`), folder(`./${'a/'.repeat(100)}`), file(`${'a//'.repeat(100)}f`)],
    [link('a/b/l', '../../c')],
    [link('l', 'a/b')],
    [link('l', '.')],
    [file('a'), link('h', 'a', '1')],
  ]) {
    t.equal(judge(...entries), 'ok', JSON.stringify(entries));
  }
});

await test('rejects entries outside the folder', async (t) => {
  for (const [entries, why] of [
    [[file('/a')], /absolute path/],
    [[file('a/../../b')], /leads out/],
    [[file('..')], /leads out/],
    [[file('')], /no name/],
    [[file('n'.repeat(3_000))], /longer than/],
    [[file(`${'a/'.repeat(101)}f`)], /more than 100 folders deep/],
    [[folder('a/'.repeat(101))], /more than 100 folders deep/],
    [[link('l', '/etc')], /leads out/],
    [[link('l', '..')], /leads out/],
    [[link('a/l', '../../b')], /leads out/],
    [[link('l', '')], /leads out/],
    [[link('l', 'a/../..')], /leads out/],
    [[link('h', '../a', '1')], /leads out/],
    [[link('h', '/etc/passwd', '1')], /leads out/],
    [[link('s', '.'), link('l', 's/..')], /leads out/],
    [[link('s', '.'), file('s/a')], /through a link/],
    [[link('s', '.'), file('s/a/b/c')], /through a link/],
    [[link('s', 'a'), link('h', 's', '1')], /link to a link/],
    [[{ ...file('d'), type: '3' }], /neither/],
    [[{ ...file('d'), type: '4' }], /neither/],
    [[{ ...file('p'), type: '6' }], /neither/],
    [[{ ...file('s'), sparse: true }], /holes/],
    [[link('a', 'x'), link('b', 'x'), link('c', 'x')], /more than 2 links/],
    [['a', 'b', 'c', 'd', 'e', 'f'].map(file), /more than 5 entries/],
  ] as const) {
    t.match(judge(...entries), why, JSON.stringify(entries).slice(0, 100));
  }
});

await test('names in messages are escaped', async (t) => {
  const message = judge(file(`/\u001B[31m"\n${'x'.repeat(200)}`));
  t.notMatch(message, /\p{C}/u);
  t.ok(message.length < 200);
});
