import { test } from 'tap';
import { createLedger, neverFits } from '../../../../../src/domains/sessions/capacity/ledger.ts';
import type { Limits, Share } from '../../../../../src/domains/sessions/capacity/ledger.ts';

const GIB = 1024 ** 3;

const share = (changes: Partial<Share> = {}): Share => ({
  learnerId: 'ada',
  labSlug: 'docker',
  labVersion: 'v1',
  collection: 'basics',
  memoryBytes: GIB,
  networks: 1,
  ...changes,
});

const limits = (changes: Partial<Limits> = {}): Limits => ({
  memoryBytes: 4 * GIB,
  sessions: Infinity,
  networks: 16,
  diskLow: false,
  ...changes,
});

const empty = { quotas: [], holding: [], warm: [] };

await test('each exhausted resource keeps a session out and is named', async (t) => {
  const full = { ...empty, holding: [share(), share({ learnerId: 'bob' })] };
  const obstacle = (changes: Partial<Limits>, need: Partial<Share> = {}) =>
    createLedger({ ...full, limits: limits(changes) }).obstacle(share(need));
  t.equal(obstacle({}), undefined);
  t.equal(obstacle({ memoryBytes: 3 * GIB }), undefined, 'exactly the capacity');
  t.equal(obstacle({ memoryBytes: 3 * GIB - 1 }), 'memory');
  t.equal(obstacle({ sessions: 3 }), undefined);
  t.equal(obstacle({ sessions: 2 }), 'session_limit');
  t.equal(obstacle({ networks: 3 }, { networks: 1 }), undefined);
  t.equal(obstacle({ networks: 3 }, { networks: 2 }), 'networks');
  t.equal(obstacle({ networks: 0 }, { networks: 0 }), 'networks', 'more is in use than the capacity');
  t.equal(obstacle({ diskLow: true }), 'disk');
});

await test('a reservation counts until it is released', async (t) => {
  const ledger = createLedger({ ...empty, limits: limits({ memoryBytes: 2 * GIB }) });
  ledger.take(share());
  ledger.take(share());
  t.equal(ledger.obstacle(share()), 'memory');
  ledger.release(share());
  t.equal(ledger.obstacle(share()), undefined);
  t.strictSame(ledger.used, { memoryBytes: GIB, sessions: 1, networks: 1 });
});

await test('a quota counts for its subject only, sessions and memory separately', async (t) => {
  const ask = (quota: { subject: string; sessions?: number; memoryBytes?: number }, need: Share) =>
    createLedger({
      ...empty,
      limits: limits(),
      holding: [share()],
      quotas: [{ sessions: undefined, memoryBytes: undefined, ...quota }],
    }).obstacle(need);
  t.equal(ask({ subject: 'collection:basics', sessions: 1 }, share({ labSlug: 'other' })), 'quota');
  t.equal(ask({ subject: 'collection:basics', sessions: 2 }, share()), undefined);
  t.equal(ask({ subject: 'collection:basics', sessions: 1 }, share({ collection: undefined })), undefined);
  t.equal(ask({ subject: 'lab:docker', sessions: 1 }, share({ collection: 'x' })), 'quota');
  t.equal(ask({ subject: 'course:c', sessions: 0 }, share({ courseId: 'c' })), 'quota');
  t.equal(ask({ subject: 'course:c', sessions: 0 }, share()), undefined, 'self-study');
  t.equal(ask({ subject: 'lab:docker', sessions: 1 }, share({ labSlug: 'other' })), undefined);
  t.equal(ask({ subject: 'learner:ada', memoryBytes: 2 * GIB - 1 }, share({ labSlug: 'other' })), 'quota');
  t.equal(ask({ subject: 'learner:ada', memoryBytes: 2 * GIB }, share()), undefined);
  t.equal(ask({ subject: 'learner:ada', sessions: 1 }, share()), undefined, 'rejected at the start');
});

await test('a prewarmed environment uses capacity, and a session that takes it needs none', async (t) => {
  const warm = { labSlug: 'docker', labVersion: 'v1', memoryBytes: GIB, networks: 1, ready: true };
  const open = (changes: Partial<typeof warm> = {}) =>
    createLedger({ ...empty, warm: [{ ...warm, ...changes }], limits: limits({ memoryBytes: GIB }) });
  t.equal(open().obstacle(share()), undefined);
  t.equal(open().obstacle(share({ labVersion: 'v2' })), 'memory');
  t.equal(open({ ready: false }).obstacle(share()), 'memory');
  const ledger = open();
  ledger.take(share());
  t.equal(ledger.obstacle(share()), 'memory', 'it is taken only once');
  t.equal(ledger.used.memoryBytes, GIB);
});

await test('distinguishes what never fits from what does not fit now', async (t) => {
  t.equal(neverFits(share({ memoryBytes: 4 * GIB }), limits()), undefined);
  t.equal(neverFits(share({ memoryBytes: 4 * GIB + 1 }), limits()), 'memory');
  t.equal(neverFits(share({ networks: 17 }), limits()), 'networks');
});
