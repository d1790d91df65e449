import { test } from 'tap';
import { createCounts } from '../../../src/core/counts.ts';

await test('counts each key separately, and never below zero', (t) => {
  const counts = createCounts();
  t.equal(counts.of('a'), 0);
  counts.add('a');
  counts.add('a');
  counts.add('b');
  t.same([counts.of('a'), counts.of('b')], [2, 1]);
  counts.remove('a');
  counts.remove('b');
  t.same([counts.of('a'), counts.of('b')], [1, 0]);
  counts.remove('b');
  counts.add('b');
  t.equal(counts.of('b'), 1, 'a key that was removed too often starts from zero');
  t.end();
});
