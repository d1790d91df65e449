import { test } from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { createFileWorld, instructor, other, owner } from './file-world.ts';

await test('folders are listed', async (t) => {
  const { files, place, shell } = await createFileWorld(t);
  const list = (actor: typeof owner, machine: string, path: string) =>
    files.list(actor, place(machine, path));

  const seen = [
    { name: ' space ', kind: 'file', size: 3, mode: 0o600, uid: 1000, gid: 1000 },
    { name: '-rf', kind: 'folder' },
    { name: '.hidden', kind: 'file' },
    { name: 'a\uFFFDb', kind: 'file' },
    { name: 'large', kind: 'file', size: 5_000_000_000 },
    { name: 'link', kind: 'link', target: '/etc/shadow' },
    { name: 'lost', kind: 'link', target: 'no where' },
    { name: 'new\nline', kind: 'file' },
    { name: 'pipe', kind: 'other' },
    { name: '한글', kind: 'file', modifiedAt: new Date(1_000_000_000_000) },
  ];
  const make = `cd "$1"; umask 077; printf abc >' space '; mkdir -- -rf; : >.hidden; : >"$(printf 'a\\377b')"
    truncate -s 5000000000 large; ln -s /etc/shadow link; ln -s 'no where' lost; : >"$(printf 'new\\nline')"; mkfifo pipe
    touch -d @1000000000 한글`;
  const makeAt = (machine: string, path: string, user: string) =>
    shell(machine, `mkdir -p ${path}; set -- ${path}; ${make}`, user);

  await t.test('with any contents', async (t) => {
    await makeAt('plain', '/home/learner/all', 'learner');
    const { entries, truncated, path } = await list(owner, 'plain', '/home/learner/./all/');
    t.match(entries, seen);
    t.same([entries.length, truncated, path], [seen.length, false, '/home/learner/all']);
    const { entries: none } = await list(owner, 'plain', '/home/learner/all/-rf');
    t.same(none, []);
    t.ok((await list(owner, 'plain', '/proc')).entries.some(({ name }) => name === 'self'));
    t.ok(
      (await list(owner, 'plain', '/dev')).entries.some(
        ({ name, kind }) => name === 'null' && kind === 'other',
      ),
    );
  });

  await t.test('even on a machine without GNU tools', async (t) => {
    await makeAt('root', '/srv/all', 'learner').then(() => makeAt('root', '/srv/all', 'root'));
    await shell('root', 'chown -h 1000:1000 "/srv/all/ space "; mv /usr/bin/find /usr/bin/away');
    const { entries } = await list(owner, 'root', '/srv/all');
    t.match(entries, seen);
    t.equal(entries.length, seen.length);
  });

  await t.test('a machine with fake tools cannot cause harm', async (t) => {
    await shell(
      'root',
      `printf '%s\\n' '#!/bin/sh' '[ "$1" = --version ] && echo GNU && exit' 'yes "f 644 0 0 0 0 ../../etc"' >/usr/bin/find; chmod +x /usr/bin/find`,
    );
    const { entries, truncated } = await list(owner, 'root', '/srv/all');
    t.same([entries.length, truncated], [0, true]);
  });

  await t.test("with the user's permissions", async (t) => {
    t.equal(await outcomeOf(() => list(owner, 'plain', '/root')), 'FILE_DENIED');
    t.ok((await list(instructor, 'plain', '/root')).entries.some(({ name }) => name === '.bashrc'));
    await shell('plain', 'chmod 700 ~/all', 'learner');
    t.match((await list(instructor, 'plain', '/home/learner/all')).entries, seen);
    t.equal(await outcomeOf(() => list(owner, 'plain', '/etc/passwd')), 'FILE_IS_NO_FOLDER');
    t.equal(await outcomeOf(() => list(owner, 'plain', '/none')), 'FILE_NOT_FOUND');
    t.equal(await outcomeOf(() => list(other, 'plain', '/')), 'SESSION_NOT_FOUND');
  });

  await t.test('up to a number of entries, with a note that there are more', async (t) => {
    await shell('plain', 'mkdir ~/many; cd ~/many; seq 1 12000 | xargs touch', 'learner');
    const { entries, truncated } = await list(owner, 'plain', '/home/learner/many');
    t.same([entries.length, truncated], [10_000, true]);
  });
});
