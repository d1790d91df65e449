import { test } from 'tap';
import {
  createRenewal,
  isAbandoned,
  isAdoptable,
  isHeldByOther,
  LEASE_LOST,
  withLease,
} from '../../../../src/infra/leases/lease.ts';
import type { Lease } from '../../../../src/infra/leases/lease.ts';
import { createFakeClock } from '../../../kit/basics/fake-clock.ts';
import { createGate } from '../../../kit/basics/gate.ts';

/** Runs work until the test ends or aborts it. */
function openWork(renew: (lease: Lease) => Promise<boolean>, options: { signal?: AbortSignal } = {}) {
  const clock = createFakeClock();
  const { opened, open } = createGate();
  const errors: unknown[] = [];
  const seen: { signal?: AbortSignal } = {};
  const work = withLease(
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

await test('renews a lease while its work runs, and not afterwards', async (t) => {
  const leases: Lease[] = [];
  const { clock, work, end } = openWork(async (lease) => {
    leases.push(lease);
    return true;
  });
  const start = clock.now().getTime();
  await clock.advance(60_000);
  t.equal(leases.length, 12);
  for (const [index, { owner, expiresAt }] of leases.entries()) {
    t.equal(owner, 'me');
    t.equal(expiresAt.getTime(), start + (index + 1) * 5_000 + 15_000);
  }
  end();
  t.equal(await work, 'done');
  await clock.advance(60_000);
  t.equal(leases.length, 12);
});

await test('aborts work when another process has the lease', async (t) => {
  let mine = true;
  const { clock, work } = openWork(async () => mine);
  const rejected = t.rejects(work, LEASE_LOST, 'not with the error of the work');
  await clock.advance(20_000);
  mine = false;
  await clock.advance(5_000);
  await rejected;
});

await test('keeps a lease that cannot be renewed until it expires', async (t) => {
  let away = true;
  const { clock, work, errors, seen } = openWork(async () => {
    if (away) throw new Error('The database is away.');
    return true;
  });
  const rejected = t.rejects(work, LEASE_LOST);
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

await test('rejects with the reason of the given signal', async (t) => {
  const abort = new AbortController();
  const { work } = openWork(async () => true, { signal: abort.signal });
  const rejected = t.rejects(work, { message: 'enough' });
  abort.abort(new Error('enough'));
  await rejected;
  const late = openWork(async () => true, { signal: abort.signal });
  await t.rejects(late.work, { message: 'enough' });
});

await test('settles after the last renewal', async (t) => {
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

await test('lets another process adopt a lease that has expired, or whose owner is gone', async (t) => {
  const now = new Date();
  const later = new Date(now.getTime() + 1);
  const isGone = (owner: string) => owner === 'gone';
  t.ok(isAdoptable({ owner: null, expiresAt: null }, now), 'nobody has it');
  t.ok(isAdoptable({ owner: 'other', expiresAt: now }, now, isGone), 'expired');
  t.ok(isAdoptable({ owner: 'gone', expiresAt: later }, now, isGone));
  t.notOk(isAdoptable({ owner: 'other', expiresAt: later }, now, isGone));
});

await test('distinguishes its own leases from those of other processes', async (t) => {
  const now = new Date();
  const later = new Date(now.getTime() + 1);
  const [own, other] = ['me', 'other'].map((owner) => ({ owner, expiresAt: later }));
  if (!own || !other) throw new Error('no leases');
  t.notOk(isHeldByOther(own, 'me', now));
  t.ok(isHeldByOther(other, 'me', now));
  t.notOk(isHeldByOther(other, 'me', later), 'expired');
  t.ok(isAbandoned(own, { owner: 'me', isRunning: false, now }), 'left by an earlier attempt');
  t.notOk(isAbandoned(own, { owner: 'me', isRunning: true, now: later }), 'its work still runs');
  t.notOk(isAbandoned(other, { owner: 'me', isRunning: false, now }));
});

await test('aborts the work whose lease was not renewed with the others', async (t) => {
  const { running, round, renewal, reasons, lost } = openRenewal();
  renewal.ids = ['two'];
  await round();
  t.same(reasons(), [lost, undefined]);
  running.length = 0;
  renewal.renew = async () => t.fail('nothing to renew') as never;
  await round();
});

await test('aborts all work when no renewal succeeded before the leases expired', async (t) => {
  const { clock, round, renewal, reasons, lost } = openRenewal();
  await round();
  renewal.renew = async () => {
    throw new Error('The database is away.');
  };
  for (let seconds = 5; seconds < 15; seconds += 5) {
    await clock.advance(5_000);
    await t.rejects(round(), /The database is away/);
    t.same(reasons(), [undefined, undefined], `after ${seconds} s`);
  }
  await clock.advance(4_999);
  t.same(reasons(), [undefined, undefined]);
  await clock.advance(1);
  t.same(reasons(), [lost, lost], 'without another round');
});

await test('aborts all work while a renewal hangs, and no work that ended before', async (t) => {
  const { clock, running, round, renewal, reasons, lost } = openRenewal();
  await round();
  const [, ended] = running.splice(0);
  if (ended) running.push(ended);
  renewal.renew = () => new Promise(() => undefined);
  void round();
  await clock.advance(15_000);
  t.same(reasons(), [undefined, lost]);
});

await test('new work has the rest of its lease until its first renewal', async (t) => {
  const { clock, round, renewal, reasons, lost } = openRenewal();
  renewal.renew = async () => {
    throw new Error('The database is away.');
  };
  await t.rejects(round());
  await clock.advance(9_999);
  t.same(reasons(), [undefined, undefined]);
  await clock.advance(1);
  t.same(reasons(), [lost, lost], 'its lease was stored up to 5 s earlier');
});

await test('a renewal that succeeds in time lets the work continue', async (t) => {
  const { clock, round, renewal, reasons } = openRenewal();
  const { renew } = renewal;
  for (let count = 0; count < 10; count++) {
    renewal.renew = count % 2 === 0 ? renew : () => Promise.reject(new Error('busy'));
    await round().catch(() => undefined);
    await clock.advance(5_000);
  }
  t.same(reasons(), [undefined, undefined]);
});

/** Two pieces of work, and the renewal of their leases. */
function openRenewal() {
  const clock = createFakeClock();
  const lost = new Error('lost');
  const all = ['one', 'two'].map((id) => [id, { abort: new AbortController() }] as const);
  const running = [...all];
  const renewal = { ids: ['one', 'two'], renew: async (): Promise<readonly string[]> => renewal.ids };
  const renew = createRenewal({ owner: 'me', renew: () => renewal.renew(), clock, reason: lost });
  const reasons = () => all.map(([, { abort }]) => abort.signal.reason as unknown);
  return { clock, running, round: () => renew(running), renewal, reasons, lost };
}

await test('aborts work while a renewal of its lease hangs', async (t) => {
  const { clock, work, seen } = openWork(() => new Promise(() => undefined));
  work.catch(() => undefined);
  await clock.advance(15_000);
  t.equal(seen.signal?.aborted, false);
  await clock.advance(1);
  t.equal(seen.signal?.reason, LEASE_LOST);
});
