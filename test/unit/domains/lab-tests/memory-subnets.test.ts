import t from 'tap';
import { createMemorySubnets } from '../../../../src/domains/lab-tests/stand-ins.ts';

await t.test('a slot has one lease, for a network of an environment, until its release', async (t) => {
  const subnets = createMemorySubnets();
  t.equal(await subnets.take(7, 'one', 'lab'), true);
  t.equal(await subnets.take(7, 'two', 'lab'), false);
  t.equal(await subnets.take(8, 'one', 'back'), true);
  t.equal(await subnets.take(9, 'two', 'lab'), true);
  t.match(await subnets.ofEnvironment('one'), [
    { index: 7, network: 'lab' },
    { index: 8, network: 'back' },
  ]);
  await subnets.release('one', [7]);
  t.same(await subnets.used(), [8, 9]);
  await subnets.release('one');
  t.same(await subnets.used(), [9]);
});
