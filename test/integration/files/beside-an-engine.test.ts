import { Readable } from 'node:stream';
import { test } from 'tap';
import { pack as createPack } from 'tar-stream';
import { UPLOAD_PREFIX } from '../../../src/domains/files/upload/upload-scripts.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { bytesOf } from '../../kit/basics/bytes-of.ts';
import { dockerHarness } from '../../kit/engine/engines.ts';
import { nestedSpec } from '../../kit/engine/nested.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { until } from '../../kit/basics/until.ts';
import { createFileWorld, instructor, never, owner, upload } from './file-world.ts';

await test('files of a machine without root', async (t) => {
  const { engine } = dockerHarness(t, { nestedDocker: 'on', usesAgents: false });
  const { files, machines, place, shell } = await createFileWorld(t, { engine, plain: nestedSpec() });

  await t.test(
    'are copied in and out, and each upload leaves at most an empty file, even if killed',
    async (t) => {
      const left = `find / -xdev -maxdepth 1 -name '${UPLOAD_PREFIX}*' -printf '%y %s %U\\n'`;
      const killed = `${UPLOAD_PREFIX}${'a'.repeat(24)}`;
      const long = new Date(Date.now() - 2 * 60 * 60_000);
      const remains = createPack();
      remains.entry({ name: `${killed}/`, type: 'directory', mtime: long });
      remains.entry({ name: `${killed}/000000`, mtime: long }, 'a part');
      remains.finalize();
      await engine.copyIn(machines['plain'] ?? '', '/', Readable.from(remains, { objectMode: false }));
      t.match(await shell('plain', left), /^d /);
      await files.write(owner, place('plain', '/home/learner/note'), upload('a note'), never);
      await until(async () => (await shell('plain', left)) === 'f 0 0\nf 0 0\n');
      const tar = await tarOf({ name: 'Dockerfile', body: 'FROM ubuntu\n' });
      await files.unpack(
        owner,
        place('plain', '/home/learner/site'),
        { ...upload(tar), parents: true },
        never,
      );
      t.equal(
        await shell('plain', 'cd; stat -c %U:%a note site/Dockerfile; cat note'),
        'learner:644\nlearner:644\na note',
      );
      const { content } = await files.read(owner, place('plain', '/home/learner/note'), never);
      t.equal((await bytesOf(content)).toString(), 'a note');
      await until(async () => (await shell('plain', left)) === 'f 0 0\nf 0 0\n');
      t.equal(await shell('plain', left), 'f 0 0\nf 0 0\n', 'two uploads leave as much as one');
    },
  );

  await t.test('look the same to staff and to their learner', async (t) => {
    t.match(await files.stat(instructor, place('plain', '/home/learner/note')), { kind: 'file' });
    t.equal(
      await outcomeOf(() => files.read(instructor, place('plain', '/etc/shadow'), never)),
      'FILE_DENIED',
    );
    t.equal(await outcomeOf(() => files.stat(instructor, place('plain', '/no/where'))), 'FILE_NOT_FOUND');
  });
});

await test('files of such a machine bypass the engine, too', async (t) => {
  const { engine } = dockerHarness(t, { nestedDocker: 'on' });
  const { files, place, shell } = await createFileWorld(t, { engine, plain: nestedSpec() });
  const at = place('plain', '/home/learner/note');
  await files.write(owner, at, upload('a note'), never);
  t.equal(await shell('plain', 'cd; stat -c %U:%a note; cat note'), 'learner:644\na note');
  const { content } = await files.read(owner, at, never);
  t.equal((await bytesOf(content)).toString(), 'a note');
  t.equal(await shell('plain', `find / -xdev -maxdepth 1 -name '${UPLOAD_PREFIX}*'`), '', 'no parts');
});
