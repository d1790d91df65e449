import { test } from 'tap';
import { fillingFault } from '../../../../../src/engine/docker/storage/volume.ts';

await test('a full disk is reported as such, whatever else tar prints', async (t) => {
  const words =
    'tar: ./much: Wrote only 512 of 10240 bytes\ntar: ./more: Cannot write: No space left on device';
  t.match(fillingFault(words), { code: 'DISK_FULL' });
  t.match(fillingFault('tar: ./x: Cannot open: Permission denied'), {
    code: 'ENGINE_REFUSED',
    details: { problem: /Permission denied/ },
  });
});
