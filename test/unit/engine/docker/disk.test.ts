import { test } from 'tap';
import { parseDisk } from '../../../../src/engine/docker/disk.ts';
import { mayBoundLayers } from '../../../../src/engine/docker/layer-limit.ts';

await test('what df prints of a container’s root is read, however long the name before it', async (t) => {
  const head = 'Filesystem     1024-blocks     Used Available Capacity Mounted on\n';
  t.strictSame(parseDisk(`${head}overlay          263174212 12811428  80000000      14% /\n`), {
    totalBytes: 263_174_212 * 1024,
    freeBytes: 80_000_000 * 1024,
  });
  t.match(parseDisk(`${head}a name with spaces 200 100 90 53% /`), { totalBytes: 200 * 1024 });
  t.throws(() => parseDisk('df: nothing'), { code: 'ENGINE_REFUSED', message: /df: nothing/ });
});

await test('only some storage can bound what a container writes', async (t) => {
  const on = (Driver: string, below: string) =>
    mayBoundLayers({ Driver, DriverStatus: [['Backing Filesystem', below]] });
  t.equal(on('overlay2', 'extfs'), false);
  t.equal(on('overlay2', 'xfs'), true);
  t.equal(on('btrfs', ''), true);
  t.equal(mayBoundLayers({ Driver: 'vfs', DriverStatus: null }), false);
});
