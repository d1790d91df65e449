import { test } from 'tap';
import { parseSize } from '../../../../../src/engine/docker/storage/volume-image.ts';

await test('the size is in the last line, whatever went while it was measured', async (t) => {
  t.equal(parseSize('4096\t/berth-volume'), 4_096);
  t.equal(parseSize("du: cannot access '/berth-volume/x': No such file or directory\n9\t/berth-volume"), 9);
});

await test('what is more than can be counted is as much as can be', async (t) => {
  t.equal(parseSize('9223372036854775807000\t/berth-volume'), Number.MAX_SAFE_INTEGER);
});

await test('what is no size is told as it is', async (t) => {
  for (const words of ['', 'du: it broke', '12 /berth-volume', '9\t/berth-volume\nKilled']) {
    t.throws(() => parseSize(words), { code: 'ENGINE_REFUSED' }, words);
  }
});
