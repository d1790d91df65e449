import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { test } from 'tap';
import type { Test } from 'tap';
import { fault } from '../../../src/core/errors.ts';
import type { ByteSource } from '../../../src/core/byte-source.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { bytesOf, piecesOf } from '../../kit/basics/bytes-of.ts';
import { until } from '../../kit/basics/until.ts';
import { admin, createFileWorld, instructor, never, other, owner } from './file-world.ts';

await test('files are read', async (t) => {
  const world = await createFileWorld(t);
  const { files, place, shell } = world;
  const read = async (actor: Actor | undefined, machine: string, path: string) =>
    bytesOf((await files.read(actor, place(machine, path), never)).content);
  const codeOf = (actor: Actor | undefined, machine: string, path: string) =>
    outcomeOf(() => read(actor, machine, path));

  await t.test('by their learner and by staff only', async (t) => {
    await shell('plain', 'echo hello >~/note; chmod 600 ~/note', 'learner');
    const path = '/home/learner/note';
    for (const actor of [owner, instructor, admin]) {
      t.equal((await read(actor, 'plain', path)).toString(), 'hello\n', actor.userId);
    }
    t.equal(await codeOf(other, 'plain', path), 'SESSION_NOT_FOUND');
    t.equal(await codeOf(undefined, 'plain', path), 'UNAUTHENTICATED');
    t.equal(await codeOf(owner, 'none', path), 'MACHINE_NOT_FOUND');
    t.ok(world.touched.length > 0, 'which counts as activity');
  });

  await t.test('a learner can read what their user can read, and staff all files', async (t) => {
    t.equal(await codeOf(owner, 'plain', '/etc/shadow'), 'FILE_DENIED');
    t.match((await read(instructor, 'plain', '/etc/shadow')).toString(), /^root:/);
    t.match((await read(owner, 'root', '/etc/shadow')).toString(), /^root:/);
    t.equal(await codeOf(owner, 'plain', '/root/.bashrc'), 'FILE_NOT_FOUND', 'a closed folder');
    t.ok(await read(instructor, 'plain', '/root/.bashrc'));
  });

  await t.test("links stay within their machine and the user's permissions", async (t) => {
    await shell('plain', 'ln -s /etc/shadow ~/stolen; ln -s ../../../../../../etc/hostname ~/up', 'learner');
    t.equal(await codeOf(owner, 'plain', '/home/learner/stolen'), 'FILE_DENIED');
    t.equal((await read(owner, 'plain', '/home/learner/up')).toString(), 'main\n');
    t.equal((await read(instructor, 'plain', '/home/learner/up')).toString(), 'main\n');
  });

  await t.test('an error for something other than a file says what it is', async (t) => {
    await shell('plain', 'mkfifo ~/pipe; mkdir -p ~/folder; ln -s nowhere ~/dangling', 'learner');
    for (const actor of [owner, instructor]) {
      t.equal(await codeOf(actor, 'plain', '/home/learner/folder'), 'FILE_IS_FOLDER', actor.userId);
      t.equal(await codeOf(actor, 'plain', '/home/learner/pipe'), 'FILE_IS_SPECIAL', actor.userId);
      t.equal(await codeOf(actor, 'plain', '/home/learner/none'), 'FILE_NOT_FOUND', actor.userId);
      t.equal(await codeOf(actor, 'plain', '/home/learner/dangling'), 'FILE_NOT_FOUND', actor.userId);
    }
    t.equal(await codeOf(owner, 'plain', '/dev/zero'), 'FILE_IS_SPECIAL');
  });

  await t.test('climbing and invalid paths are rejected', async (t) => {
    for (const path of ['', 'home', '/home/../etc/passwd', '/a\0b', `/${'a'.repeat(5_000)}`, '/\uFFFD']) {
      t.equal(await codeOf(owner, 'plain', path), 'INPUT_INVALID', JSON.stringify(path.slice(0, 20)));
    }
    t.equal(await codeOf(owner, 'plain', `/${'a'.repeat(4_000)}`), 'FILE_NOT_FOUND');
  });

  await t.test('a large file has its size in advance, and a kernel file only after reading', async (t) => {
    await shell('plain', 'head -c 30000000 /dev/zero >~/large', 'learner');
    for (const actor of [owner, instructor]) {
      const { size, content, stat } = await files.read(actor, place('plain', '/home/learner/large'), never);
      t.same([size, stat.mode, stat.kind], [30_000_000, 0o644, 'file']);
      t.equal((await bytesOf(content)).length, 30_000_000);
    }
    const { size, content } = await files.read(owner, place('plain', '/proc/self/status'), never);
    t.equal(size, undefined);
    t.match((await bytesOf(content)).toString(), 'Name:\tcat');
    t.equal((await read(owner, 'plain', '/dev/null').catch(() => '')).length, 0);
  });

  await t.test('a folder as a tar keeps owners, modes, links and names', async (t) => {
    await shell(
      'root',
      `mkdir -p '/srv/my project/안녕'; cd '/srv/my project'; echo 1 >'안녕/파일 하나'; chown 1000:4 '안녕/파일 하나'
       chmod 4750 '안녕/파일 하나'; ln -s '안녕/파일 하나' link; ln -s /etc/passwd away; touch "$(printf 'new\\nline')"`,
    );
    for (const actor of [owner, instructor]) {
      const tar = await files.readTar(actor, place('root', '/srv/my project'), never);
      const entries = await entriesOf(tar);
      t.match(entries.get('my project/안녕/파일 하나'), { mode: 0o4750, uid: 1000, gid: 4, size: 2 });
      t.match(entries.get('my project/link'), { type: 'symlink', linkname: '안녕/파일 하나' });
      t.match(entries.get('my project/away'), { type: 'symlink', linkname: '/etc/passwd' });
      t.ok(entries.has('my project/new\nline'));
    }
  });

  await t.test("unreadable files are left out of a learner's tar", async (t) => {
    const entries = await entriesOf(await files.readTar(owner, place('plain', '/etc'), never));
    t.ok(entries.has('etc/passwd'));
    t.notOk(entries.has('etc/shadow'));
    t.equal(await outcomeOf(() => files.readTar(owner, place('plain', '/root'), never)), 'FILE_DENIED');
    const closed = await entriesOf(await files.readTar(instructor, place('plain', '/root'), never));
    t.ok(closed.has('root/.bashrc'), 'a folder that is closed to its learner is open to staff');
    t.equal(await outcomeOf(() => files.readTar(owner, place('plain', '/proc'), never)), 'FILE_IS_SPECIAL');
    t.equal(await outcomeOf(() => files.readTar(owner, place('plain', '/none'), never)), 'FILE_NOT_FOUND');
    t.equal(
      await outcomeOf(() => files.readTar(instructor, place('plain', '/none'), never)),
      'FILE_NOT_FOUND',
    );
  });

  await t.test('a client that disconnects ends the reading process', async (t) => {
    await stopsReading(t, world, 'plain');
  });

  await t.test('a file that shrinks during a read fails instead of ending early', async (t) => {
    await shell('plain', 'head -c 50000000 /dev/zero >~/shrinking', 'learner');
    const { content } = await files.read(owner, place('plain', '/home/learner/shrinking'), never);
    await shell('plain', ': >~/shrinking', 'learner');
    await t.rejects(bytesOf(content), { code: 'TRANSFER_INTERRUPTED' });
  });

  await t.test('limits the transfers of a session, and frees a slot when one ends', async (t) => {
    await shell('plain', 'head -c 50000000 /dev/zero >~/held', 'learner');
    const open = () => files.read(owner, place('plain', '/home/learner/held'), never);
    const held = await Promise.all([open(), open(), open(), open()]);
    t.equal(await outcomeOf(open), 'TRANSFER_LIMIT');
    await held[0].content.close();
    await held[0].content.close();
    const again = await open();
    t.equal(await outcomeOf(open), 'TRANSFER_LIMIT', 'a slot for one');
    for (const { content } of [again, ...held]) await content.close();
  });

  await t.test('an ending session aborts its transfers, a saved one does not', async (t) => {
    const { content } = await files.read(owner, place('plain', '/home/learner/held'), never);
    await world.change('saving');
    await sleep(50);
    t.ok((await content.read(Buffer.alloc(1))) > 0);
    const broken = t.rejects(readSlowly(content), { code: 'TRANSFER_INTERRUPTED' });
    await world.change('stopping');
    await broken;
    await world.change('ready');
  });

  await t.test('a machine that ends aborts its transfers', async (t) => {
    const { content } = await files.read(owner, place('plain', '/home/learner/held'), never);
    const session = (await world.engine.list()).find(({ machines }) =>
      machines.some(({ machineId }) => machineId === world.machines['plain']),
    );
    await world.engine.destroy(session?.environmentId ?? '');
    await t.rejects(bytesOf(content), {
      code: /TRANSFER_INTERRUPTED|MACHINE_NOT_RUNNING|CONTAINER_NOT_FOUND/,
    });
    t.equal(await codeOf(owner, 'plain', '/etc/hostname'), 'CONTAINER_NOT_FOUND');
  });
});

async function stopsReading(t: Test, world: Awaited<ReturnType<typeof createFileWorld>>, machine: string) {
  const { files, place, shell } = world;
  await shell(machine, 'head -c 80000000 /dev/zero >/tmp/big', 'learner');
  const gone = new AbortController();
  const { content } = await files.read(owner, place(machine, '/tmp/big'), gone.signal);
  const failed = t.rejects(readSlowly(content), { code: 'TRANSFER_INTERRUPTED' });
  t.match(await shell(machine, 'pgrep -x cat'), /\d/);
  gone.abort(fault('INTERNAL'));
  await failed;
  await until(async () => !/\d/.test(await shell(machine, 'pgrep -x cat')));
}

/** Reads one piece, and then nothing for a while. */
async function readSlowly(content: ByteSource): Promise<void> {
  for await (const _piece of piecesOf(content)) await sleep(200);
}

async function entriesOf(tar: ByteSource): Promise<Map<string, Header>> {
  const entries = new Map<string, Header>();
  for await (const entry of Readable.from(piecesOf(tar)).pipe(extract())) {
    entries.set(entry.header.name.replace(/\/$/, ''), entry.header);
    entry.resume();
  }
  return entries;
}
