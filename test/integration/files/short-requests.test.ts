import { test } from 'tap';
import { SESSION_REQUESTS } from '../../../src/domains/files/transfers.ts';
import { until } from '../../kit/basics/until.ts';
import { createFileWorld, instructor, never, owner } from './file-world.ts';

await test('a machine with hanging requests blocks only its share', async (t) => {
  const { files, place, shell } = await createFileWorld(t);
  await shell(
    'root',
    `mv /usr/bin/find /usr/bin/real-find; printf '%s\\n' '#!/bin/sh' 'echo $$ >>/tmp/requests' 'sleep 20' >/usr/bin/find; chmod +x /usr/bin/find`,
  );
  const home = place('root', '/root');
  const hanging = Array.from({ length: SESSION_REQUESTS }, () =>
    files.list(owner, home).catch(() => 'ended'),
  );
  await until(async () => (await shell('root', 'cat /tmp/requests')).split('\n').length > SESSION_REQUESTS);

  const busy = { code: 'TRANSFER_LIMIT' };
  await t.rejects(files.list(owner, home), busy);
  await t.rejects(files.list(instructor, place('plain', '/')), busy, 'of the session, for any user');
  await t.rejects(files.stat(owner, home), busy);
  await t.rejects(files.makeFolder(owner, place('root', '/root/new')), busy);
  await t.rejects(files.remove(owner, place('root', '/root/.bashrc'), { recursive: false }), busy);
  const file = await files.read(owner, place('root', '/root/.bashrc'), never);
  t.match(file.stat, { kind: 'file' }, 'transfers count separately');
  await file.content.close();

  await shell('root', 'kill $(cat /tmp/requests); mv /usr/bin/real-find /usr/bin/find');
  await Promise.all(hanging);
  t.match(await files.stat(owner, home), { kind: 'folder' });
});
