import { test } from 'tap';
import { UPLOAD_PREFIX } from '../../../src/files/scripts.ts';
import { outcomeOf } from '../../support/actors.ts';
import { bytesOf } from '../../support/bytes-of.ts';
import { dockerHarness } from '../../support/engines.ts';
import { nestedSpec } from '../../support/nested.ts';
import { tarOf } from '../../support/tar.ts';
import { createFileWorld, instructor, never, owner, upload } from './file-world.ts';

await test('files of a machine in which nobody is root', async (t) => {
  const { engine } = dockerHarness(t, { nestedDocker: 'on' });
  const { files, place, shell } = await createFileWorld(t, { engine, plain: nestedSpec() });

  await t.test('go in and out, and no part of an upload stays but an empty file', async (t) => {
    await files.write(owner, place('plain', '/home/learner/note'), upload('a note'), never);
    const tar = await tarOf({ name: 'Dockerfile', body: 'FROM ubuntu\n' });
    await files.unpack(owner, place('plain', '/home/learner/site'), { ...upload(tar), parents: true }, never);
    t.equal(
      await shell('plain', 'cd; stat -c %U:%a note site/Dockerfile; cat note'),
      'learner:644\nlearner:644\na note',
    );
    const { content } = await files.read(owner, place('plain', '/home/learner/note'), never);
    t.equal((await bytesOf(content)).toString(), 'a note');
    const left = `find / -xdev -maxdepth 1 -name '${UPLOAD_PREFIX}*' -printf '%y %s %U\\n' | sort -u`;
    t.equal(await shell('plain', left), 'f 0 0\n');
  });

  await t.test('are seen by staff as their learner sees them', async (t) => {
    t.match(await files.stat(instructor, place('plain', '/home/learner/note')), { kind: 'file' });
    t.equal(
      await outcomeOf(() => files.read(instructor, place('plain', '/etc/shadow'), never)),
      'FILE_DENIED',
    );
    t.equal(await outcomeOf(() => files.stat(instructor, place('plain', '/no/where'))), 'FILE_NOT_FOUND');
  });
});
