import { setTimeout } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import t from 'tap';
import { packTar, tarEntries } from '../../../src/core/tar.ts';

/** Reads all entries as name, type and content. */
async function entriesIn(tar: Readable): Promise<[string, string | null | undefined, string][]> {
  const entries: [string, string | null | undefined, string][] = [];
  for await (const { header, body } of tarEntries(tar)) {
    entries.push([header.name, header.type, await text(body)]);
  }
  return entries;
}

const twoFiles = () =>
  packTar(async (add) => {
    await add({ name: 'one' }, 'x'.repeat(100_000));
    await add({ name: 'two' }, 'second');
  });

await t.test('packs entries of each kind, and reads them', async (t) => {
  const tar = packTar(async (add) => {
    await add({ name: 'folder', type: 'directory' });
    await add({ name: 'folder/text' }, 'hello');
    await add({ name: 'folder/empty' }, '');
    await add({ name: 'folder/stream', size: 6 }, Readable.from([Buffer.from('abc'), Buffer.from('def')]));
    await add({ name: 'link', type: 'symlink', linkname: 'folder/text' });
  });
  t.same(await entriesIn(tar), [
    ['folder', 'directory', ''],
    ['folder/text', 'file', 'hello'],
    ['folder/empty', 'file', ''],
    ['folder/stream', 'file', 'abcdef'],
    ['link', 'symlink', ''],
  ]);
});

await t.test('packs only as fast as the reader takes it', async (t) => {
  let packed = 0;
  const tar = packTar(async (add) => {
    for (; packed < 1_000; packed++) await add({ name: String(packed) }, Buffer.alloc(64 * 1_024));
  });
  await setTimeout(50);
  t.ok(packed < 10, `${packed} of 64 KiB`);
  tar.resume();
  await new Promise((resolve) => tar.once('end', resolve));
  t.equal(packed, 1_000);
});

await t.test('an error while packing fails the stream with its reason', async (t) => {
  const broken = packTar(async (add) => {
    await add({ name: 'a' }, 'a');
    throw new Error('The disk is gone.');
  });
  await t.rejects(buffer(broken), { message: 'The disk is gone.' });
  async function* body() {
    yield Buffer.from('a');
    throw new Error('The sender is gone.');
  }
  await t.rejects(buffer(packTar((add) => add({ name: 'a', size: 3 }, body()))), {
    message: 'The sender is gone.',
  });
  const short = packTar((add) => add({ name: 'a', size: 3 }, Readable.from([Buffer.from('a')])));
  await t.rejects(buffer(short), /Size mismatch/);
});

await t.test('a body that is not read is skipped', async (t) => {
  const names: string[] = [];
  for await (const { header } of tarEntries(twoFiles())) names.push(header.name);
  t.same(names, ['one', 'two']);
});

await t.test('a reader that stops early destroys the stream', async (t) => {
  const tar = twoFiles();
  for await (const { header } of tarEntries(tar)) {
    t.equal(header.name, 'one');
    break;
  }
  t.ok(tar.destroyed);
});

await t.test(
  'fails on an incomplete archive, on anything else, and with the error of its source',
  async (t) => {
    const whole = await buffer(twoFiles());
    for (const length of [300, 600, 50_000]) {
      await t.rejects(
        entriesIn(Readable.from(whole.subarray(0, length), { objectMode: false })),
        `${length} bytes`,
      );
    }
    await t.rejects(entriesIn(Readable.from(Buffer.alloc(1_024, 'x'), { objectMode: false })), /tar/);
    const source = new Readable({ read() {} });
    source.push(whole.subarray(0, 50_000));
    const reading = entriesIn(source);
    source.destroy(new Error('The engine is gone.'));
    await t.rejects(reading, { message: 'The engine is gone.' });
  },
);
