import { gzipSync } from 'node:zlib';
import t from 'tap';
import { readLabFolder } from '../../../../../src/domains/labs/reading/lab-folder.ts';
import { readLabArchive } from '../../../../../src/domains/labs/reading/lab-tar.ts';
import { labsFolder } from '../../../../kit/labs/lab-folders.ts';
import { tarOf } from '../../../../kit/basics/tar.ts';

const yaml = { name: 'lab.yaml', body: 'title: A\n' };

await t.test('an archive gives the same lab as its folder, however it was packed', async (t) => {
  const directory = await labsFolder(t, { lab: { 'lab.yaml': 'title: A\n', 'steps/01.md': 'Do it.' } });
  const { version } = await readLabFolder(`${directory}/lab`);
  const step = { name: 'steps/01.md', body: 'Do it.' };
  const tar = await tarOf(yaml, { name: 'steps/', type: 'directory' }, step);
  const ways: Record<string, Buffer> = {
    plain: tar,
    compressed: gzipSync(tar),
    'with dots': await tarOf({ ...yaml, name: './lab.yaml' }, { ...step, name: './steps/01.md' }),
    'in its folder': await tarOf({ ...yaml, name: 'x/lab.yaml' }, { ...step, name: 'x/steps/01.md' }),
    'with files that tools leave': await tarOf(
      yaml,
      step,
      { name: '.git/config', body: 'x' },
      { name: 'a~', body: 'x' },
    ),
  };
  for (const [way, archive] of Object.entries(ways)) {
    t.equal((await readLabArchive(archive)).version, version, way);
  }
  const run = await readLabArchive(await tarOf(yaml, { ...step, mode: 0o755 }));
  t.same([...run.runnable], ['steps/01.md']);
});

await t.test('rejects content that a lab cannot have', async (t) => {
  const large = Buffer.alloc(1024 * 1024 + 1);
  const many = Array.from({ length: 1_000 }, (_, at) => ({ name: `f${at}`, body: '' }));
  const whole = await tarOf(yaml, { name: 'b', body: 'x'.repeat(5_000) });
  const cases: [what: string, archive: Buffer, message: RegExp][] = [
    ['a path that climbs', await tarOf({ name: '../evil', body: 'x' }), /"\.\.\/evil" is outside/],
    ['a path that climbs later', await tarOf({ name: 'a/../../evil', body: 'x' }), /is outside/],
    ['an absolute path', await tarOf({ name: '/etc/evil', body: 'x' }), /is outside/],
    ['a link', await tarOf({ name: 'l', type: 'symlink', linkname: 'lab.yaml' }), /not a regular file/],
    [
      'a hard link',
      await tarOf(yaml, { name: 'l', type: 'link', linkname: 'lab.yaml' }),
      /not a regular file/,
    ],
    ['a device', await tarOf({ name: 'd', type: 'character-device' }), /not a regular file/],
    ['a large file', await tarOf({ name: 'a', body: large }), /"a" is larger than 1 MiB/],
    ['many files', await tarOf(...many), /too many files/],
    ['a long path', await tarOf({ name: 'a'.repeat(3_000), body: 'x' }), /a path longer than 2048 bytes/],
    ['a cut', whole.subarray(0, 1_500), /not a tar, or it is truncated/],
    ['not a tar', Buffer.from('hello'), /not a tar, or it is truncated/],
    ['a broken gzip', gzipSync(whole).subarray(0, 100), /cannot be decompressed/],
    ['a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), /or is too large/],
  ];
  for (const [what, archive, message] of cases) {
    await t.rejects(readLabArchive(archive), { code: 'ARCHIVE_REFUSED', message }, what);
  }
  const deep = await readLabArchive(await tarOf(yaml, { name: 'a/b/c/d/e/f/g/h/i/j', body: '' }));
  t.equal(deep.refused.size, 1);
});
