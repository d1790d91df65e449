import { test } from 'tap';
import { parseSpace } from '../../../../../src/engine/docker/gauge/gauge.ts';
import { maySupportLimit } from '../../../../../src/engine/docker/environments/layer-limit.ts';

await test('the space of a container’s root is parsed, with its files if they are limited', async (t) => {
  t.strictSame(parseSpace('4096 65793553 20000000 16777216 16330230\n'), {
    totalBytes: 65_793_553 * 4096,
    freeBytes: 20_000_000 * 4096,
    files: { total: 16_777_216, free: 16_330_230 },
  });
  t.strictSame(parseSpace('4096 200 90 0 0'), { totalBytes: 200 * 4096, freeBytes: 90 * 4096 });
  t.throws(() => parseSpace('stat: nothing'), { code: 'ENGINE_REFUSED', message: /stat: nothing/ });
});

await test('only some storage can limit the size of a container', async (t) => {
  const on = (Driver: string, below: string) =>
    maySupportLimit({ Driver, DriverStatus: [['Backing Filesystem', below]] });
  t.equal(on('overlay2', 'extfs'), false);
  t.equal(on('overlay2', 'xfs'), true);
  t.equal(on('btrfs', ''), true);
  t.equal(maySupportLimit({ Driver: 'vfs', DriverStatus: null }), false);
});
