import t from 'tap';
import { planWarm } from '../../../../../src/domains/sessions/pool/warm-plan.ts';

const lab = (slug: string, version = 'v1') => ({ slug, version });
const need = (wanted: number, kept = wanted) => ({ wanted, kept });
const some = (
  count: number,
  labSlug: string,
  state: 'creating' | 'ready' | 'removing' = 'ready',
  labVersion = 'v1',
) =>
  Array.from({ length: count }, (_, number) => ({
    id: `${labSlug}-${labVersion}-${state}-${number}`,
    labSlug,
    labVersion,
    state,
  }));

await t.test('creates missing environments, for the emptiest lab first', async (t) => {
  const [a, b] = [lab('a'), lab('b')];
  const needs = [
    { lab: a, need: need(3) },
    { lab: b, need: need(2) },
  ];
  const present = [...some(1, 'a'), ...some(1, 'a', 'creating')];
  const plan = planWarm(needs, { present, current: [a, b], limit: 50 });
  t.same(plan, { make: [b, b, a], remove: [] });
});

await t.test('with too little capacity, each lab gets one before any gets another', async (t) => {
  const [a, b] = [lab('a'), lab('b')];
  const needs = [
    { lab: a, need: need(60) },
    { lab: b, need: need(1) },
  ];
  t.same(planWarm(needs, { present: [], current: [a, b], limit: 3 }).make, [a, b, a]);
  const removed = some(2, 'a', 'removing');
  t.same(
    planWarm(needs, { present: removed, current: [a, b], limit: 3 }).make,
    [a],
    'an environment that is being removed still counts',
  );
});

await t.test('removes excess environments, unfinished ones first', async (t) => {
  const a = lab('a');
  const present = [...some(2, 'a'), ...some(1, 'a', 'creating')];
  const plan = (kept: number) =>
    planWarm([{ lab: a, need: need(0, kept) }], { present, current: [a], limit: 50 });
  t.same(plan(3), { make: [], remove: [] });
  t.same(plan(2), { make: [], remove: ['a-v1-creating-0'] });
  t.same(plan(1).remove, ['a-v1-creating-0', 'a-v1-ready-0']);
});

await t.test(
  'removes other versions, except for labs that another process knows in a newer version',
  async (t) => {
    const a = lab('a', 'v2');
    const elsewhere = lab('b', 'v9');
    const present = [
      ...some(2, 'a'),
      ...some(1, 'a', 'ready', 'v2'),
      ...some(1, 'b', 'ready', 'v9'),
      ...some(1, 'c'),
    ];
    const plan = planWarm([{ lab: a, need: need(1) }], { present, current: [a, elsewhere], limit: 50 });
    t.same(plan, { make: [], remove: ['a-v1-ready-0', 'a-v1-ready-1', 'c-v1-ready-0'] });
  },
);
