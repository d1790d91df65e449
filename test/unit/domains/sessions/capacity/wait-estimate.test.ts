import { test } from 'tap';
import { estimateWaits } from '../../../../../src/domains/sessions/capacity/wait-estimate.ts';
import type { RunningShare } from '../../../../../src/domains/sessions/capacity/wait-estimate.ts';

const now = new Date('2030-01-01T12:00:00Z');
const MINUTE = 60_000;
/** Removing the environment of who ends takes this many seconds more. */
const REMOVAL = 5;
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * MINUTE);

const share = { labSlug: 'lab', labVersion: 'v', course: undefined, memoryBytes: 1, networks: 0 };

/** Idle for so long, ending by that in `idleEnd` minutes and at the latest in `lastEnd`. */
function holder(idle: number, idleEnd: number, lastEnd: number, state = 'ready'): RunningShare {
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

await test('with room, the wait is the turn: as long as those before take to be made', async (t) => {
  t.strictSame(estimate([], 2), [2, 4]);
  t.strictSame(estimate([], 2, { concurrency: 2 }), [2, 2]);
  t.strictSame(estimate([holder(0, 30, 120, 'provisioning')], 1), [4], 'one is being made');
});

await test('without room, it is until those who have it are expected to leave', async (t) => {
  const idle = holder(20, 10, 90);
  const used = holder(0, 30, 60);
  t.strictSame(estimate([idle, used], 2), [600 + REMOVAL + 2, 3600 + REMOVAL + 2]);
  t.strictSame(estimate([holder(0, 30, 60, 'stopping'), used], 1), [REMOVAL + 2]);
  t.strictSame(estimate([holder(0, -5, -1), used], 1), [REMOVAL + 2], 'one that is overdue');
});

await test('those who come before live their time too', async (t) => {
  const [, second] = estimate([holder(20, 10, 10), holder(0, 500, 500)], 2);
  t.equal(second, 600 + REMOVAL + 2 + 7200 + REMOVAL + 2);
});

await test('what cannot be known is not made up', async (t) => {
  t.strictSame(estimate([], 1, { provisioningMs: undefined }), [undefined], 'nothing was made lately');
  const limits = { memoryBytes: 2, networks: 16, sessions: Infinity, diskLow: true };
  t.strictSame(estimate([], 1, { limits }), [undefined], 'nobody knows when the disk has room');
  const quotas = [{ subject: 'lab:lab', sessions: undefined, memoryBytes: 0 }];
  t.strictSame(estimate([], 1, { quotas }), [undefined], 'no end makes room');
  const crowd = estimate([], 300, { limits: { ...limits, diskLow: false } });
  t.ok(crowd[199] !== undefined && crowd[200] === undefined, 'far behind');
});
