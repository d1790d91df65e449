import { test } from 'tap';
import { hasTooManyFiles, isOver, nearPercent, writersOf } from '../../../../src/sessions/disk/over-limit.ts';
import { testLab, testMachine } from '../../../support/sessions.ts';

const lab = testLab('two', {
  machines: [testMachine('main', { diskBytes: 100 }), testMachine('web', { diskBytes: 1_000 })],
});
const wrote = (name: string, writtenBytes: number) => ({
  environmentId: 'one',
  machineId: name,
  name,
  writtenBytes,
});
const writer = (writtenBytes: number) => ({ machine: 'main', writtenBytes, limitBytes: 1_000 });

await test('a machine is over its limit when it wrote more, near it from nine tenths on', async (t) => {
  t.same(
    [899, 900, 959, 1_000].map((bytes) => nearPercent(writer(bytes))),
    [undefined, 90, 95, 100],
  );
  t.same(
    [999, 1_000, 1_001].map((bytes) => isOver(writer(bytes))),
    [false, false, true],
  );
});

await test('of several, the one that is furthest comes first, and strangers not at all', async (t) => {
  t.strictSame(writersOf([wrote('web', 1_100), wrote('main', 200), wrote('stranger', 10_000)], lab), [
    { machine: 'main', writtenBytes: 200, limitBytes: 100 },
    { machine: 'web', writtenBytes: 1_100, limitBytes: 1_000 },
  ]);
  t.strictSame(writersOf([], lab), []);
});

await test('files count beside bytes, one for each 4 KiB and a million at most', async (t) => {
  const withFiles = (files: number, limitBytes: number) => ({
    machine: 'main',
    writtenBytes: 1,
    limitBytes,
    files,
  });
  t.same(
    [1_024, 1_025].map((files) => isOver(withFiles(files, 4 * 1024 ** 2))),
    [false, true],
  );
  t.same(
    [1_000_000, 1_000_001].map((files) => hasTooManyFiles(withFiles(files, 1024 ** 4))),
    [false, true],
  );
  t.equal(hasTooManyFiles(writer(2_000)), false, 'where they were not counted');
  const [first] = writersOf([wrote('web', 1_100), { ...wrote('main', 1), files: 3 }], {
    machines: [testMachine('main', { diskBytes: 4096 }), testMachine('web', { diskBytes: 1_000 })],
  });
  t.strictSame(first, { machine: 'main', writtenBytes: 1, limitBytes: 4096, files: 3 });
});
