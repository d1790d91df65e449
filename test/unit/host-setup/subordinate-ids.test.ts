import t from 'tap';
import {
  allocateSubordinateIds,
  parseSubordinateIds,
  REMAP_COUNT,
  REMAP_MINIMUM,
} from '../../../src/host-setup/engine-files.ts';

const rangeOf = (text: string, user: string) =>
  parseSubordinateIds(text).filter((range) => range.user === user);

await t.test('an empty file gets one range, large enough for a nested engine', async (t) => {
  const text = allocateSubordinateIds('', { user: 'dockremap', usedIds: [] });
  const [range] = rangeOf(text, 'dockremap');
  t.equal(range?.count, REMAP_COUNT);
  t.ok(REMAP_COUNT >= REMAP_MINIMUM);
  t.ok(text.endsWith('\n'));
});

await t.test('a range that is large enough stays unchanged', async (t) => {
  const text = 'dockremap:300000:200000\n';
  t.equal(allocateSubordinateIds(text, { user: 'dockremap', usedIds: [] }), text);
});

await t.test('a range that is too small is kept first and followed by a larger one', async (t) => {
  const text = allocateSubordinateIds('dockremap:100000:65536\n', { user: 'dockremap', usedIds: [] });
  t.match(rangeOf(text, 'dockremap'), [{ start: 100_000, count: 65_536 }, { count: REMAP_COUNT }]);
});

await t.test('the new range overlaps neither other ranges nor the ids of real users', async (t) => {
  const others = 'anna:100000:65536\nbert:10485760:65536\ncleo:12000000:1\n# a comment';
  const text = allocateSubordinateIds(others, { user: 'dockremap', usedIds: [0, 1000, 10_600_000] });
  const [range] = rangeOf(text, 'dockremap');
  const end = (range?.start ?? 0) + (range?.count ?? 0);
  for (const other of parseSubordinateIds(others)) {
    t.notOk(other.start < end && other.start + other.count > (range?.start ?? 0), other.user);
  }
  t.notOk((range?.start ?? 0) <= 10_600_000 && end > 10_600_000, 'a real user');
  t.ok(text.startsWith(`${others}\n`), 'existing content is kept, and its last line terminated');
});
