import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { bytesOf } from '../../kit/basics/bytes-of.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { until } from '../../kit/basics/until.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';
import { admin, createFileWorld, instructor, never, other, owner, upload } from './file-world.ts';

const LIMIT = 24 * 1024 * 1024;

/** Tests for uploads by every route into a machine. */
export async function uploadsContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('files are uploaded', async (t) => {
    const world = await createFileWorld(t, { engine: open(t).engine, uploadLimitBytes: LIMIT });
    const { files, place, shell, leftovers } = world;
    const put = (actor: Actor | undefined, machine: string, path: string, text = 'text') =>
      files.write(actor, place(machine, path), upload(text), never);
    const putCode = (actor: Actor | undefined, machine: string, path: string) =>
      outcomeOf(() => put(actor, machine, path));
    const unpack = (actor: Actor | undefined, machine: string, path: string, tar: Buffer, options = {}) =>
      files.unpack(actor, place(machine, path), { ...upload(tar), ...options }, never);

    await t.test('by their learner and by staff, and belong to the machine’s user', async (t) => {
      for (const actor of [owner, instructor, admin]) {
        const path = `/home/learner/from ${actor.userId} 파일`;
        t.match(await put(actor, 'plain', path, actor.userId), {
          kind: 'file',
          size: actor.userId.length,
          mode: 0o644,
        });
        t.equal(
          await shell('plain', `stat -c '%U:%G %a' '${path}'; cat '${path}'`),
          `learner:learner 644\n${actor.userId}`,
        );
      }
      t.equal(await putCode(other, 'plain', '/home/learner/x'), 'SESSION_NOT_FOUND');
      t.equal(await putCode(undefined, 'plain', '/home/learner/x'), 'UNAUTHENTICATED');
      await put(owner, 'root', '/etc/mine');
      t.equal(await shell('root', 'stat -c %U:%G /etc/mine'), 'root:root\n');
      t.equal(await leftovers('plain'), '');
      t.equal(await leftovers('root'), '');
    });

    await t.test('only where their user can write', async (t) => {
      t.equal(await putCode(owner, 'plain', '/etc/shadow'), 'FILE_DENIED');
      t.equal(await putCode(owner, 'plain', '/etc/new'), 'FILE_DENIED');
      t.equal(await putCode(owner, 'plain', '/root/new'), 'FILE_DENIED');
      await shell('plain', 'ln -s /etc ~/way; ln -s /etc/passwd ~/passwd', 'learner');
      t.equal(await putCode(owner, 'plain', '/home/learner/way/passwd'), 'FILE_DENIED');
      t.equal(await putCode(owner, 'plain', '/home/learner/passwd'), 'FILE_DENIED', 'a link is followed');
      t.equal(await putCode(owner, 'plain', '/home/learner/none/x'), 'FILE_NOT_FOUND');
      t.equal(await putCode(owner, 'plain', '/home/learner'), 'FILE_IS_FOLDER');
      const tar = await tarOf({ name: 'passwd', body: 'root::0:0::/:/bin/sh\n' });
      t.equal(await outcomeOf(() => unpack(owner, 'plain', '/etc', tar)), 'FILE_DENIED');
      t.match(await shell('plain', 'head -1 /etc/passwd'), /^root:x:/);
      t.equal(await leftovers('plain'), '');
    });

    await t.test('a link created during the upload leads nowhere', async (t) => {
      await shell('plain', 'mkdir ~/target', 'learner');
      const content = new PassThrough();
      const size = 20_000_000;
      const writing = outcomeOf(() =>
        files.write(owner, place('plain', '/home/learner/target/shadow'), { content, size }, never),
      );
      content.write(Buffer.alloc(size / 2));
      await until(async () => (await shell('plain', 'ls -A ~/target', 'learner')) !== '');
      await shell('plain', 'rm -rf ~/target; ln -s /etc ~/target', 'learner');
      content.end(Buffer.alloc(size / 2));
      t.match(await writing, /FILE_DENIED|DISK_FULL/);
      t.match(await shell('plain', 'cat /etc/shadow', 'root'), /^root:/);
    });

    await t.test('with the requested mode, or that of the existing file', async (t) => {
      const path = '/home/learner/script';
      const write = (mode?: number) =>
        files.write(owner, place('plain', path), { ...upload('#!'), mode }, never);
      t.match(await write(0o750), { mode: 0o750 });
      t.match(await write(), { mode: 0o750 });
      t.match(await write(0o600), { mode: 0o600 });
      const deep = { ...upload('x'), parents: true };
      await files.write(owner, place('plain', '/home/learner/a/b c/d'), deep, never);
      t.equal(await shell('plain', 'cat ~/"a/b c/d"', 'learner'), 'x');
    });

    await t.test('of any length, known in advance or not', async (t) => {
      for (const size of [0, 1, 511, 512, 513, 5_000_000]) {
        const bytes = Buffer.alloc(size, 'abcdefg');
        for (const announced of [size, undefined]) {
          const content = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)], { objectMode: false });
          await files.write(
            owner,
            place('plain', '/home/learner/sized'),
            { content, size: announced },
            never,
          );
          const { content: back } = await files.read(owner, place('plain', '/home/learner/sized'), never);
          t.ok(
            bytes.equals(await bytesOf(back)),
            `${size} bytes, ${announced === undefined ? 'unknown' : 'known'}`,
          );
        }
      }
    });

    await t.test('one after another and in parallel, without mixing', async (t) => {
      const sizes = [9_000_000, 17_000_000, 5, 8 * 1024 * 1024, 3];
      const write = async (size: number, letter: string) => {
        const path = `/home/learner/only-${letter}`;
        await files.write(owner, place('plain', path), upload(letter.repeat(size)), never);
        const left = `[ $(stat -c %s ${path}) = ${size} ] && ! tr -d ${letter} <${path} | grep -q .`;
        t.equal(await shell('plain', `${left} && echo whole; rm ${path}`), 'whole\n', `${size} of ${letter}`);
      };
      for (const [number, size] of sizes.entries()) await write(size, 'abcde'[number] ?? '');
      await Promise.all(sizes.slice(0, 3).map((size, number) => write(size, 'fgh'[number] ?? '')));
    });

    await t.test(
      'nothing exists before all of it arrived: too large, too short, too long, aborted',
      async (t) => {
        const path = '/home/learner/whole';
        const write = (content: Readable, size: number | undefined, signal = never) =>
          outcomeOf(() => files.write(owner, place('plain', path), { content, size }, signal));
        const of = (bytes: number) => Readable.from([Buffer.alloc(bytes)], { objectMode: false });
        t.equal(await write(of(1), LIMIT + 1), 'UPLOAD_TOO_LARGE');
        t.equal(await write(of(LIMIT + 1), undefined), 'UPLOAD_TOO_LARGE');
        t.equal(await write(of(10), 11), 'TRANSFER_INTERRUPTED');
        t.equal(await write(of(11), 10), 'TRANSFER_INTERRUPTED');
        const gone = new AbortController();
        const slow = new PassThrough();
        slow.write(Buffer.alloc(100_000));
        setTimeout(() => gone.abort(), 300);
        t.equal(await write(slow, 200_000, gone.signal), 'TRANSFER_INTERRUPTED');
        t.ok(slow.destroyed);
        t.equal(await shell('plain', `ls ${path} 2>/dev/null`), '');
        t.equal(await leftovers('plain'), '');
      },
    );

    await t.test('a tar keeps modes, links and names, and owners if possible', async (t) => {
      const tar = await tarOf(
        { name: '내 폴더/', type: 'directory', mode: 0o750, uid: 1000, gid: 1000 },
        { name: '내 폴더/a b', mode: 0o600, uid: 1000, gid: 4, body: 'a' },
        { name: '내 폴더/run', mode: 0o755, uid: 1000, gid: 1000, body: '#!' },
        { name: '내 폴더/link', type: 'symlink', linkname: 'a b' },
        { name: '내 폴더/same', type: 'link', linkname: '내 폴더/run' },
        { name: `내 폴더/${'long'.repeat(50)}`, body: 'long' },
      );
      const seen = `cd '내 폴더'; stat -c '%a %u %g %F %h' . 'a b' run link; readlink link; cat long*`;
      await unpack(owner, 'root', '/srv', tar);
      t.equal(
        await shell('root', `cd /srv; ${seen}`),
        '750 1000 1000 directory 2\n600 1000 4 regular file 1\n755 1000 1000 regular file 2\n777 0 0 symbolic link 1\na b\nlong',
      );
      await unpack(owner, 'root', '/opt', tar, { keepOwners: false });
      t.match(await shell('root', `cd /opt; ${seen}`), '750 0 0 directory 2\n600 0 0 regular file 1\n');
      await unpack(owner, 'plain', '/home/learner/deep/er', tar, { parents: true, size: undefined });
      t.match(
        await shell('plain', `cd /home/learner/deep/er; ${seen}`),
        '750 1000 1000 directory 2\n600 1000 1000 regular',
      );
      t.equal(await outcomeOf(() => unpack(owner, 'plain', '/home/learner/none', tar)), 'FILE_NOT_FOUND');
      t.equal(await outcomeOf(() => unpack(owner, 'plain', '/etc/passwd', tar)), 'FILE_IS_NO_FOLDER');
    });

    await t.test('a downloaded tar can be uploaded unchanged', async (t) => {
      await shell(
        'root',
        'mkdir -p /srv/one/two; echo 1 >/srv/one/two/f; chown -R 7:8 /srv/one; chmod 2711 /srv/one/two',
      );
      for (const actor of [owner]) {
        const tar = await bytesOf(await files.readTar(actor, place('root', '/srv/one'), never));
        await shell('root', 'rm -rf /srv/again; mkdir /srv/again');
        await unpack(actor, 'root', '/srv/again', tar);
        const seen = (at: string) =>
          shell('root', `cd ${at}; stat -c '%n %a %u %g %s %Y' one one/two one/two/f`);
        t.equal(await seen('/srv/again'), await seen('/srv'));
      }
    });

    await t.test('a dangerous archive is rejected completely', async (t) => {
      const good = { name: 'good', body: 'good' };
      const bad = {
        'from the root': await tarOf(good, { name: '/etc/x' }),
        climbs: await tarOf(good, { name: 'a/../../x' }),
        'link out': await tarOf(good, { name: 'l', type: 'symlink', linkname: '../../etc' }),
        'link to the root': await tarOf(good, { name: 'l', type: 'symlink', linkname: '/etc' }),
        'hard link out': await tarOf(good, { name: 'l', type: 'link', linkname: '/etc/passwd' }),
        'through a link': await tarOf(good, { name: 'l', type: 'symlink', linkname: 'd' }, { name: 'l/x' }),
        device: await tarOf(good, { name: 'd', type: 'character-device', devmajor: 1, devminor: 5 }),
        pipe: await tarOf(good, { name: 'p', type: 'fifo' }),
        cut: (await tarOf(good)).subarray(0, 700),
        'no end': (await tarOf(good)).subarray(0, 1_024),
        compressed: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
        noise: Buffer.alloc(2_048, 'noise'),
        empty: Buffer.alloc(0),
      };
      for (const [name, tar] of Object.entries(bad)) {
        t.equal(await outcomeOf(() => unpack(owner, 'plain', '/home/learner', tar)), 'ARCHIVE_REFUSED', name);
      }
      t.equal(await shell('plain', 'ls /home/learner/good 2>/dev/null'), '');
      t.equal(await leftovers('plain'), '');
    });

    await t.test('an archive with too many entries is rejected during the upload', async (t) => {
      const entry = (await tarOf({ name: 'x' })).subarray(0, 512);
      let sent = 0;
      async function* million() {
        for (; sent < 1_000_000; sent += 100) yield Buffer.concat(Array.from({ length: 100 }, () => entry));
        yield Buffer.alloc(1_024);
      }
      const larger = await createFileWorld(t, { engine: open(t).engine, uploadLimitBytes: 1024 ** 3 });
      const content = Readable.from(million(), { objectMode: false });
      await t.rejects(
        larger.files.unpack(
          owner,
          larger.place('plain', '/home/learner'),
          { content, size: undefined },
          never,
        ),
        { code: 'ARCHIVE_REFUSED', message: /more than 100000 entries/ },
      );
      t.ok(sent < 120_000, `${sent} were sent`);
    });

    await t.test("folders are created and files removed with the user's permissions", async (t) => {
      const at = (path: string) => place('plain', path);
      const remove = (path: string, recursive = false) =>
        outcomeOf(() => files.remove(owner, at(path), { recursive }));
      await files.makeFolder(owner, at('/home/learner/new/folder'));
      await files.makeFolder(owner, at('/home/learner/new/folder'));
      t.equal(await outcomeOf(() => files.makeFolder(owner, at('/etc/new'))), 'FILE_DENIED');
      t.equal(await outcomeOf(() => files.makeFolder(owner, at('/etc/passwd'))), 'FILE_IS_NO_FOLDER');
      t.equal(await outcomeOf(() => files.makeFolder(other, at('/home/learner/z'))), 'SESSION_NOT_FOUND');
      t.equal(await remove('/home/learner/new'), 'FOLDER_NOT_EMPTY');
      t.equal(await remove('/home/learner/new', true), 'ok');
      t.equal(await remove('/home/learner/new'), 'FILE_NOT_FOUND');
      t.equal(await remove('/home/learner/passwd'), 'ok', 'a link, not its target');
      t.equal(await remove('/etc/passwd'), 'FILE_DENIED');
      t.equal(await remove('/etc', true), 'FILE_DENIED');
      t.equal(await remove('/'), 'INPUT_INVALID');
      t.match(await shell('plain', 'ls /etc/passwd'), 'passwd');
    });

    await t.test('without free space, they leave nothing behind', async (t) => {
      await shell('plain', 'head -c 60000000 /dev/zero >/dev/shm/full', 'learner');
      const bytes = Buffer.alloc(12_000_000, 'x');
      const at = place('plain', '/dev/shm/large');
      t.equal(await outcomeOf(() => files.write(owner, at, upload(bytes), never)), 'DISK_FULL');
      const tar = await tarOf({ name: 'unpacked', body: bytes });
      t.equal(await outcomeOf(() => unpack(owner, 'plain', '/dev/shm', tar)), 'DISK_FULL');
      t.notMatch(await shell('plain', 'ls -A /dev/shm'), '.berth-upload-');
      await shell('plain', 'rm -rf /dev/shm/*', 'learner');
      t.equal(await outcomeOf(() => unpack(owner, 'plain', '/dev/shm', tar)), 'ok');
      await shell('plain', 'rm -rf /dev/shm/*', 'learner');
    });

    await t.test('stopping aborts uploads and leaves nothing of them', async (t) => {
      const content = new PassThrough();
      content.write(Buffer.alloc(100_000));
      const writing = outcomeOf(() =>
        files.write(owner, place('plain', '/home/learner/late'), { content, size: 200_000 }, never),
      );
      await sleep(300);
      await files.stop();
      t.equal(await writing, 'TRANSFER_INTERRUPTED');
      t.equal(await putCode(owner, 'plain', '/home/learner/late'), 'SHUTTING_DOWN');
      t.equal(await leftovers('plain'), '');
    });
  });
}
