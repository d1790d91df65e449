import { test } from 'tap';
import { planStart } from '../../../../../src/domains/sessions/session-states.ts';
import type { OwnSession } from '../../../../../src/domains/sessions/session-states.ts';

const asked = { activeKey: 'learner:lab', limit: 2 };

function session(fields: Partial<OwnSession> = {}): OwnSession {
  return { id: 'one', state: 'ended', activeKey: null, environmentId: null, removedAt: null, ...fields };
}

await test('returns the existing session, even without a free slot or while it is saved', async (t) => {
  for (const state of ['ready', 'saved'] as const) {
    const there = session({ state, activeKey: asked.activeKey });
    const others = ['a', 'b'].map((activeKey) => session({ state: 'ready', activeKey }));
    t.equal(planStart([...others, there], asked), 'exists', state);
  }
});

await test('sessions count while they are on the engine or about to be, not while saved', async (t) => {
  const held = [
    session({ state: 'requested', activeKey: 'a' }),
    session({ state: 'stopping', environmentId: 'e' }),
  ];
  const saved = session({ state: 'saved', activeKey: 'b' });
  t.same(planStart([held[0] as OwnSession, saved, session()], asked), { forget: [] });
  t.equal(planStart(held, asked), 'limit');
  const leaving = session({ state: 'saved', activeKey: 'c', environmentId: 'f' });
  t.equal(planStart([held[0] as OwnSession, leaving], asked), 'limit', 'one that still exists counts');
});

await test('each start removes up to 50 ended sessions beyond the newest 200, except those on the engine or deleted', async (t) => {
  const over = Array.from({ length: 260 }, (_, number) => session({ id: `${number}` }));
  t.same(planStart(over.slice(0, 200), asked), { forget: [] });
  const forget = over.slice(200, 250).map(({ id }) => id);
  t.same(planStart(over, asked), { forget });
  const kept = [session({ removedAt: new Date() }), session({ state: 'failed', environmentId: 'held' })];
  t.same(planStart([...over.slice(0, 200), ...kept], asked), { forget: [] });
});
