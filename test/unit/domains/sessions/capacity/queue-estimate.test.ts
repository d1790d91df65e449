import { test } from 'tap';
import { estimateWaits } from '../../../../../src/domains/sessions/capacity/queue-plan.ts';
import type { RunningShare } from '../../../../../src/domains/sessions/capacity/queue-plan.ts';

const now = new Date('2030-01-01T12:00:00Z');
const MINUTE = 60_000;
/** Additional seconds to remove the environment of an ending session. */
const REMOVAL = 5;
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * MINUTE);

const share = { labSlug: 'lab', labVersion: 'v', collection: undefined, memoryBytes: 1, networks: 0 };

/** Idle for `idle`, ends after `idleEnd` idle minutes and after `lastEnd` at the latest. */
function session(idle: number, idleEnd: number, lastEnd: number, state = 'ready'): RunningShare {
  const ends = { expiresAt: inMinutes(idleEnd), endsAt: inMinutes(lastEnd) };
  return { ...share, learnerId: 'x', state, lastActivityAt: inMinutes(-idle), ...ends };
}

function estimate(
  holding: RunningShare[],
  count: number,
  options: Partial<Parameters<typeof estimateWaits>[1]> = {},
) {
  const maximum = { memoryBytes: 2, networks: 16 };
  const waiting = Array.from({ length: count }, (_, index) => ({
    ...share,
    learnerId: `learner-${index}`,
    since: now,
    lifeMs: 120 * MINUTE,
  }));
  return estimateWaits(waiting, {
    limits: { ...maximum, sessions: Infinity, diskLow: false },
    maximum,
    quotas: [],
    holding,
    warm: [],
    provisioningMs: 2_000,
    concurrency: 1,
    now,
    ...options,
  });
}

await test('with capacity, the wait is the creation time of the sessions before it', async (t) => {
  t.strictSame(estimate([], 2), [2, 4]);
  t.strictSame(estimate([], 2, { concurrency: 2 }), [2, 2]);
  t.strictSame(estimate([session(0, 30, 120, 'provisioning')], 1), [4], 'one is being created');
});

await test('without capacity, it lasts until running sessions are expected to end', async (t) => {
  const idle = session(20, 10, 90);
  const used = session(0, 30, 60);
  t.strictSame(estimate([idle, used], 2), [600 + REMOVAL + 2, 3600 + REMOVAL + 2]);
  t.strictSame(estimate([session(0, 30, 60, 'stopping'), used], 1), [REMOVAL + 2]);
  t.strictSame(estimate([session(0, -5, -1), used], 1), [REMOVAL + 2], 'one that is overdue');
});

await test('sessions before it also run until their end', async (t) => {
  const [, second] = estimate([session(20, 10, 10), session(0, 500, 500)], 2);
  t.equal(second, 600 + REMOVAL + 2 + 7200 + REMOVAL + 2);
});

await test('an unknown wait is not estimated', async (t) => {
  t.strictSame(estimate([], 1, { provisioningMs: undefined }), [undefined], 'nothing was created recently');
  const limits = { memoryBytes: 2, networks: 16, sessions: Infinity, diskLow: true };
  t.strictSame(estimate([], 1, { limits }), [undefined], 'the disk has no known end');
  const quotas = [{ subject: 'lab:lab', sessions: undefined, memoryBytes: 0 }];
  t.strictSame(estimate([], 1, { quotas }), [undefined], 'no end frees capacity');
  const crowd = estimate([], 300, { limits: { ...limits, diskLow: false } });
  t.ok(crowd[199] !== undefined && crowd[200] === undefined, 'far behind');
});
