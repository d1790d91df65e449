import { test } from 'tap';
import { HOLD_LOST, keepHold } from '../../../../src/infra/leases/keep-hold.ts';
import type { Hold } from '../../../../src/infra/leases/keep-hold.ts';
import { createFakeClock } from '../../../support/fake-clock.ts';
import { createGate } from '../../../support/gate.ts';

/** Work that goes on until it is told to end, or aborted. */
function openWork(renew: (hold: Hold) => Promise<boolean>, options: { signal?: AbortSignal } = {}) {
  const clock = createFakeClock();
  const { opened, open } = createGate();
  const errors: unknown[] = [];
  const seen: { signal?: AbortSignal } = {};
  const work = keepHold(
    { owner: 'me', renew, clock, onError: (error) => void errors.push(error), ...options },
    async (signal) => {
      seen.signal = signal;
      signal.throwIfAborted();
      await Promise.race([opened, new Promise((_, reject) => signal.addEventListener('abort', reject))]);
      return 'done';
    },
  );
  return { clock, work, end: open, errors, seen };
}

await test('a hold is renewed for as long as its work runs, and no longer', async (t) => {
  const holds: Hold[] = [];
  const { clock, work, end } = openWork(async (hold) => {
    holds.push(hold);
    return true;
  });
  const began = clock.now().getTime();
  await clock.advance(60_000);
  t.equal(holds.length, 12);
  for (const [index, { owner, until }] of holds.entries()) {
    t.equal(owner, 'me');
    t.equal(until.getTime(), began + (index + 1) * 5_000 + 15_000);
  }
  end();
  t.equal(await work, 'done');
  await clock.advance(60_000);
  t.equal(holds.length, 12);
});

await test('work ends when its hold is somebody else’s', async (t) => {
  let mine = true;
  const { clock, work } = openWork(async () => mine);
  const rejected = t.rejects(work, HOLD_LOST, 'whatever the work itself ended with');
  await clock.advance(20_000);
  mine = false;
  await clock.advance(5_000);
  await rejected;
});

await test('a hold that cannot be renewed is kept for its time, and then lost', async (t) => {
  let away = true;
  const { clock, work, errors, seen } = openWork(async () => {
    if (away) throw new Error('The database is away.');
    return true;
  });
  const rejected = t.rejects(work, HOLD_LOST);
  await clock.advance(14_000);
  t.equal(errors.length, 2);
  away = false;
  await clock.advance(60_000);
  t.equal(seen.signal?.aborted, false, 'it was back in time');
  away = true;
  await clock.advance(20_000);
  t.equal(seen.signal?.aborted, true);
  await rejected;
});

await test('work ends for the reason of whoever aborts it', async (t) => {
  const abort = new AbortController();
  const { work } = openWork(async () => true, { signal: abort.signal });
  const rejected = t.rejects(work, { message: 'enough' });
  abort.abort(new Error('enough'));
  await rejected;
  const late = openWork(async () => true, { signal: abort.signal });
  await t.rejects(late.work, { message: 'enough' });
});

await test('nothing runs any more when it has ended', async (t) => {
  const renewal = createGate();
  let renewing = false;
  const { clock, work, end } = openWork(async () => {
    renewing = true;
    await renewal.opened;
    renewing = false;
    return true;
  });
  await clock.advance(5_000);
  end();
  renewal.open();
  await work;
  t.equal(renewing, false);
});
