import { test } from 'tap';
import { largestWriter } from '../../../../src/sessions/disk/over-limit.ts';
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

await test('a machine is over its limit when it wrote more, near it from nine tenths on', async (t) => {
  t.equal(largestWriter([wrote('main', 89), wrote('web', 899)], lab), undefined);
  t.match(largestWriter([wrote('main', 90)], lab), { is: 'near' });
  t.match(largestWriter([wrote('main', 100)], lab), { is: 'near' });
  t.match(largestWriter([wrote('main', 101)], lab), { is: 'over' });
});

await test('of several, the one that is furthest over is named', async (t) => {
  t.strictSame(largestWriter([wrote('web', 1_100), wrote('main', 200)], lab), {
    is: 'over',
    writer: { machine: 'main', writtenBytes: 200, limitBytes: 100 },
  });
  t.equal(largestWriter([wrote('stranger', 10_000)], lab), undefined);
  t.equal(largestWriter([], lab), undefined);
});
