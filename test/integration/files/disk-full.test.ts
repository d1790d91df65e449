import { test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { MACHINE_IMAGE } from '../../kit/engine/engines.ts';
import { startOwnEngine } from '../../kit/engine/own-engine.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { createFileWorld, never, owner, upload } from './file-world.ts';

await test('a full disk is reported, leaves nothing behind, and recovers with free space', async (t) => {
  const own = await startOwnEngine(t, MACHINE_IMAGE);
  const engine = createDockerEngine({ host: own.host, installation: 'test-full' });
  t.teardown(() => engine.close());
  const { files, place, shell, leftovers } = await createFileWorld(t, { engine });
  const bytes = Buffer.alloc(4_000_000, 'x');
  const write = () =>
    outcomeOf(() => files.write(owner, place('plain', '/home/learner/file'), upload(bytes), never));
  const unpack = async () => {
    const tar = await tarOf({ name: 'unpacked', body: bytes.subarray(0, 3_000_000) });
    return outcomeOf(() => files.unpack(owner, place('plain', '/home/learner'), upload(tar), never));
  };
  await shell('plain', 'echo old >~/file', 'learner');

  await own.fillDisk(1_000_000);
  t.equal(await write(), 'DISK_FULL');
  t.equal(await leftovers('plain'), '');
  t.equal(await shell('plain', 'cat ~/file', 'learner'), 'old\n', 'the earlier file still exists');
  await own.emptyDisk();

  // Space for the archive, but not for its content as well.
  await own.fillDisk(4_500_000);
  t.equal(await unpack(), 'DISK_FULL');
  t.equal(await leftovers('plain'), '');
  await own.emptyDisk();

  t.equal(await write(), 'ok');
  t.equal(await unpack(), 'ok');
  for (const { environmentId } of await engine.list()) await engine.destroy(environmentId);
});
