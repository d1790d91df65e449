import { test } from 'tap';
import { parseSize } from '../../../../../src/engine/docker/storage/volume-image.ts';

await test('the size is in the last line, whatever was deleted during the measurement', async (t) => {
  t.equal(parseSize('4096\t/berth-volume'), 4_096);
  t.equal(parseSize("du: cannot access '/berth-volume/x': No such file or directory\n9\t/berth-volume"), 9);
});

await test('a size beyond the largest safe integer is limited to it', async (t) => {
  t.equal(parseSize('9223372036854775807000\t/berth-volume'), Number.MAX_SAFE_INTEGER);
});

await test('any other output is reported unchanged', async (t) => {
  for (const words of ['', 'du: it broke', '12 /berth-volume', '9\t/berth-volume\nKilled']) {
    t.throws(() => parseSize(words), { code: 'ENGINE_REFUSED' }, words);
  }
});
