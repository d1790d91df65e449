import { test } from 'tap';
import { createLedger } from '../../../../../src/domains/sessions/capacity/ledger.ts';
import type { QuotaLimit } from '../../../../../src/domains/sessions/capacity/ledger.ts';
import { OVERTAKEN_FOR_MS, planQueue } from '../../../../../src/domains/sessions/capacity/queue-plan.ts';

const now = new Date('2030-01-01T12:00:00Z');

/** A waiting session: its memory as a plain number, and how long it has waited. */
interface Who {
  memory?: number;
  waited?: number;
  lab?: string;
}

function plan(waiting: Who[], options: { free: number; slots?: number; quotas?: QuotaLimit[] }) {
  const maximum = { memoryBytes: 10, networks: 16 };
  const limits = { ...maximum, sessions: Infinity, diskLow: false };
  const share = { learnerId: 'x', labSlug: 'x', labVersion: 'v', collection: undefined, networks: 0 };
  const holding = [{ ...share, memoryBytes: 10 - options.free }];
  const ledger = createLedger({ limits, quotas: options.quotas ?? [], holding, warm: [] });
  const candidates = waiting.map(({ memory = 1, waited = 0, lab = 'lab' }, index) => ({
    learnerId: `learner-${index}`,
    labSlug: lab,
    labVersion: 'v',
    collection: undefined,
    memoryBytes: memory,
    networks: 0,
    since: new Date(now.getTime() - waited),
  }));
  return planQueue(candidates, { ledger, maximum, slots: options.slots ?? Infinity, now });
}

await test('admits the longest waiting sessions while there is capacity', async (t) => {
  t.strictSame(plan([{}, {}, {}], { free: 2 }), ['admit', 'admit', 'memory']);
  t.strictSame(plan([{}, {}, {}], { free: 10, slots: 2 }), ['admit', 'admit', 'earlier_starts']);
  t.strictSame(
    plan([{}, {}], { free: 1, slots: 0 }),
    ['earlier_starts', 'memory'],
    'an earlier session has the capacity',
  );
  t.strictSame(plan([], { free: 1 }), []);
});

await test('small sessions overtake a large one until it has waited long enough', async (t) => {
  t.strictSame(plan([{ memory: 4 }, {}, {}], { free: 2 }), ['memory', 'admit', 'admit']);
  const patient = { memory: 4, waited: OVERTAKEN_FOR_MS };
  t.strictSame(plan([patient, {}, {}], { free: 2 }), ['memory', 'memory', 'memory']);
  t.strictSame(plan([patient, {}, {}], { free: 5 }), ['admit', 'admit', 'memory']);
  t.strictSame(plan([{}, patient, {}], { free: 2 }), ['admit', 'memory', 'memory']);
  const never = { memory: 11, waited: OVERTAKEN_FOR_MS };
  t.strictSame(plan([never, {}], { free: 2 }), ['memory', 'admit'], 'one that never fits reserves nothing');
});

await test('a session that waits for a quota never delays others', async (t) => {
  const quotas = [{ subject: 'lab:crowded', sessions: 1, memoryBytes: undefined }];
  const crowded = { lab: 'crowded', waited: OVERTAKEN_FOR_MS * 10 };
  t.strictSame(plan([crowded, crowded, crowded, {}], { free: 5, quotas }), [
    'admit',
    'quota',
    'quota',
    'admit',
  ]);
});
