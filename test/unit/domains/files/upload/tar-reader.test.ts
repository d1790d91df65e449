import { execFile } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { createTarReader } from '../../../../../src/domains/files/upload/tar-reader.ts';
import type { TarEntry } from '../../../../../src/domains/files/upload/tar-reader.ts';
import { tarOf } from '../../../../kit/basics/tar.ts';

/** Reads an archive that arrives in pieces of this many bytes. */
function read(tar: Buffer, pieceBytes: number) {
  const entries: (TarEntry & { body: string })[] = [];
  const reader = createTarReader({
    entry: (entry) => void entries.push({ ...entry, body: '' }),
    body: (bytes) => {
      const last = entries.at(-1);
      if (last) last.body += bytes.toString();
    },
  });
  for (let at = 0; at < tar.length; at += pieceBytes) reader.add(tar.subarray(at, at + pieceBytes));
  reader.end();
  return entries;
}

await test('an archive is read the same way, however it is split', async (t) => {
  const long = 'folder/'.repeat(30) + 'file';
  const tar = await tarOf(
    { name: 'a/', type: 'directory' },
    { name: 'a/empty' },
    { name: 'a/안녕', body: 'x'.repeat(1_000) },
    { name: long, body: 'long' },
    { name: 'l', type: 'symlink', linkname: 't'.repeat(150) },
  );
  for (const pieceBytes of [1, 7, 511, 512, 513, 100_000]) {
    const entries = read(tar, pieceBytes);
    t.match(
      entries,
      [
        { name: 'a/', type: '5' },
        { name: 'a/empty', type: '0', size: 0, body: '' },
        { name: 'a/안녕', size: 1_000, body: /^x{1000}$/ },
        { name: long, body: 'long' },
        { name: 'l', type: '2', linkName: /^t{150}$/ },
      ],
      `${pieceBytes} bytes`,
    );
    t.equal(entries.length, 5);
  }
});

await test('reads each format of GNU tar', async (t) => {
  const folder = t.testdir({});
  const name = `${'long'.repeat(20)}/${'name'.repeat(20)}`;
  await mkdir(join(folder, 'in', 'long'.repeat(20)), { recursive: true });
  await writeFile(join(folder, 'in', name), 'content');
  await symlink('x'.repeat(120), join(folder, 'in', 'link'));
  for (const format of ['gnu', 'pax', 'ustar']) {
    const { stdout } = await promisify(execFile)(
      'tar',
      ['-c', `--format=${format}`, '-C', join(folder, 'in'), '.'],
      {
        encoding: 'buffer',
      },
    ).catch((error: { stdout: Buffer }) => error);
    const entries = read(stdout, 10_240);
    t.match(
      entries.find((entry) => entry.name === `./${name}`),
      { body: 'content' },
      format,
    );
    // The oldest format cannot store such a link.
    if (format !== 'ustar')
      t.match(
        entries.find((entry) => entry.type === '2'),
        { linkName: /^x{120}$/ },
        format,
      );
  }
});

await test('detects sparse files', async (t) => {
  const folder = t.testdir({ file: '' });
  await truncate(join(folder, 'file'), 10_000_000);
  for (const format of ['gnu', 'pax']) {
    const args = ['-c', '-S', `--format=${format}`, '-C', folder, 'file'];
    const { stdout } = await promisify(execFile)('tar', args, { encoding: 'buffer' });
    t.match(read(stdout, 10_240), [{ sparse: true }], format);
  }
});

await test('rejects an incomplete archive', async (t) => {
  const tar = await tarOf({ name: 'a', body: 'abc' });
  t.throws(() => read(tar.subarray(0, 300), 512), /middle/);
  t.throws(() => read(tar.subarray(0, 514), 512), /middle/);
  t.throws(() => read(tar.subarray(0, 600), 512), /middle/);
  t.throws(() => read(tar.subarray(0, 1_024), 512), /end is missing/);
  t.throws(() => read(Buffer.alloc(0), 512), /end is missing/);
  t.throws(() => read(Buffer.alloc(512, 'x'), 512), /not a tar archive/);
  const damaged = Buffer.from(tar);
  damaged[3] = 0x41;
  t.throws(() => read(damaged, 512), /damaged/);
});

await test('rejects a name longer than any name needs', async (t) => {
  const tar = await tarOf({ name: 'n'.repeat(100_000) });
  t.throws(() => read(tar, 512), /too long/);
});
