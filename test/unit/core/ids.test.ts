import t from 'tap';
import { newId } from '../../../src/core/ids.ts';

await t.test('an id has 26 unambiguous digits', async (t) => {
  t.match(newId(), /^[0-9a-hjkmnp-tv-z]{26}$/);
});

await t.test('ids sort by creation time', async (t) => {
  const times = [0, 1, 999, 1_000, 1_700_000_000_000, 1_700_000_000_001, 2 ** 47];
  const ids = times.map((time) => newId(new Date(time)));
  t.same(ids.toSorted(), ids);
});

await t.test('ids created at the same moment differ', async (t) => {
  const at = new Date();
  const ids = new Set(Array.from({ length: 10_000 }, () => newId(at)));
  t.equal(ids.size, 10_000);
});
