import { test } from 'tap';
import {
  hasTooManyFiles,
  nearPercent,
  usageLevel,
} from '../../../../../src/domains/sessions/disk/disk-usage.ts';

const GIB = 1024 ** 3;
const writer = (usedBytes: number, limitBytes = 1_000) => ({ machine: 'main', usedBytes, limitBytes });

await test('a machine is near its limit from nine tenths, full above it, and over it above another tenth', async (t) => {
  t.same(
    [899, 900, 959, 1_000].map((bytes) => nearPercent(writer(bytes))),
    [undefined, 90, 95, 100],
  );
  t.same(
    [1_000, 1_001, 1_100, 1_101].map((bytes) => usageLevel(writer(bytes))),
    ['within', 'full', 'full', 'over'],
  );
  t.equal(usageLevel(writer(10.25 * GIB, 10 * GIB)), 'full');
  t.equal(usageLevel(writer(10.26 * GIB, 10 * GIB)), 'over', 'the margin is at most 256 MiB');
});

await test('files count like bytes, one for each 4 KiB and at most a million', async (t) => {
  const withFiles = (files: number, limitBytes: number) => ({ ...writer(1, limitBytes), files });
  t.same(
    [1_024, 1_025].map((files) => usageLevel(withFiles(files, 4 * 1024 ** 2))),
    ['within', 'over'],
  );
  t.same(
    [1_000_000, 1_000_001].map((files) => hasTooManyFiles(withFiles(files, 1024 ** 4))),
    [false, true],
  );
  t.equal(hasTooManyFiles(writer(2_000)), false, 'if they were not counted');
});
