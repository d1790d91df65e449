import t from 'tap';
import { bitsOf, idOf, newId } from '../../../src/core/ids.ts';

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

await t.test('the time of creation is in the first 48 bits', (t) => {
  for (const time of [0, 1_700_000_000_001, 2 ** 48 - 1]) {
    const id = newId(new Date(time));
    const bits = bitsOf(id);
    t.equal(Number(bits >> 80n), time);
    t.equal(idOf(bits), id);
  }
  t.end();
});

await t.test('all digits of the random part occur at each position', (t) => {
  const ids = Array.from({ length: 2_000 }, () => newId());
  for (let position = 10; position < 26; position++) {
    t.equal(new Set(ids.map((id) => id[position])).size, 32);
  }
  t.end();
});
