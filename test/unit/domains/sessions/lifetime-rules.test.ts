import { test } from 'tap';
import {
  deadlineOf,
  expiry,
  extended,
  isWarningDue,
  latestEnd,
  lifetimeFrom,
  newLifetime,
  spared,
  used,
  withLimits,
} from '../../../../src/domains/sessions/lifetime-rules.ts';

const at = (minutes: number) => new Date(Date.UTC(2030, 0, 1, 8, minutes));
const lab = { idleMinutes: 30, totalMinutes: 120, maxMinutes: 240 };

await test('a new session ends when idle, or after its total lifetime if that is sooner', async (t) => {
  t.same(newLifetime(lab, at(0)).expiresAt, at(30));
  t.same(newLifetime({ ...lab, idleMinutes: 500 }, at(0)).expiresAt, at(120));
});

await test('waiting for the environment does not count', async (t) => {
  const life = lifetimeFrom(at(10), { ...newLifetime(lab, at(0)), readyAt: null });
  t.match(life, { lastActivityAt: at(10), expiresAt: at(40), endsAt: at(130), maxEndsAt: at(250) });
});

await test('activity postpones the end, never advances it, and never beyond the total lifetime', async (t) => {
  const life = newLifetime(lab, at(0));
  t.same(used(life, at(20)).expiresAt, at(50));
  t.same(used(life, at(100)).expiresAt, at(120));
  const longer = { ...life, expiresAt: at(90) };
  t.same(used(longer, at(20)).expiresAt, at(90));
  t.same(used({ ...life, lastActivityAt: at(25) }, at(20)).lastActivityAt, at(25));
});

await test('an extension postpones both ends, as far as the lab allows', async (t) => {
  const life = newLifetime(lab, at(0));
  t.match(extended(life, 60, at(5)), { expiresAt: at(90), endsAt: at(180), lastActivityAt: at(5) });
  t.match(extended(life, 1000, at(5)), { expiresAt: at(240), endsAt: at(240) });
  t.equal(extended({ ...life, expiresAt: at(240), endsAt: at(240) }, 60, at(5)), undefined);
});

await test('the reason for an end names the idle time or the total lifetime', async (t) => {
  const life = { ...newLifetime(lab, at(0)), createdAt: at(0), readyAt: at(0) };
  t.same(expiry(life), { code: 'SESSION_IDLE', details: { minutes: 30 } });
  t.same(expiry({ ...life, expiresAt: at(120) }), {
    code: 'SESSION_LIFETIME_OVER',
    details: { minutes: 120 },
  });
  const limits = { runStartedAt: at(0), timeLimitMinutes: 60, closesAt: null };
  t.same(expiry({ ...life, ...limits, expiresAt: at(60) }), {
    code: 'ASSIGNMENT_TIME_OVER',
    details: { minutes: 60 },
  });
  t.same(expiry({ ...life, ...limits, closesAt: at(50), expiresAt: at(50) }), {
    code: 'ASSIGNMENT_CLOSED',
    details: { closed: at(50).toISOString() },
  });
  t.equal(expiry({ ...life, ...limits }).code, 'SESSION_IDLE', 'before the limit');
});

await test('an attempt at an assignment ends at its time limit or at the end of the assignment', async (t) => {
  const limits = { runStartedAt: at(0), timeLimitMinutes: 60, closesAt: at(90) };
  t.same(deadlineOf(limits), at(60));
  t.same(deadlineOf({ ...limits, closesAt: at(50) }), at(50));
  t.same(deadlineOf({ ...limits, timeLimitMinutes: null }), at(90));
  t.equal(deadlineOf({ ...limits, timeLimitMinutes: null, closesAt: null }), undefined);

  const life = newLifetime({ ...lab, idleMinutes: 100 }, at(0), limits);
  t.same(life.expiresAt, at(60));
  t.same(used(life, at(50)).expiresAt, at(60));
  t.equal(extended(life, 30, at(5)), undefined);
  t.same(latestEnd(life), at(60));
  t.same(latestEnd(newLifetime(lab, at(0))), at(240));
  t.same(spared(life, at(58), 5).expiresAt, at(60));
  const waiting = { ...life, readyAt: null };
  t.match(
    lifetimeFrom(at(10), waiting),
    { runStartedAt: at(10), expiresAt: at(70) },
    'the wait does not count',
  );
  t.same(lifetimeFrom(at(40), waiting).expiresAt, at(90), 'but the assignment closes all the same');
  const resumed = { ...life, readyAt: at(0) };
  t.same(lifetimeFrom(at(20), resumed).expiresAt, at(60), 'after that, the time limit does not stop');

  t.same(withLimits(life, { ...limits, timeLimitMinutes: 80 }).expiresAt, at(80));
  t.same(withLimits(life, { ...limits, timeLimitMinutes: 200 }).expiresAt, at(90));
  t.same(withLimits(life, { ...limits, timeLimitMinutes: 30 }).expiresAt, at(30));
  t.same(withLimits(life, { ...limits, timeLimitMinutes: 200, closesAt: null }).expiresAt, at(100), 'idle');
});

await test('a session lasts as long as the time limit of its attempt, as far as the lab allows', async (t) => {
  const limits = { runStartedAt: at(0), timeLimitMinutes: 180, closesAt: null };
  const patient = { ...lab, idleMinutes: 1_000 };
  const life = newLifetime(patient, at(0), limits);
  t.match(life, { expiresAt: at(180), endsAt: at(180), maxEndsAt: at(240) });
  const ready = lifetimeFrom(at(10), { ...life, readyAt: null });
  t.match(ready, { expiresAt: at(190), endsAt: at(190), maxEndsAt: at(250) }, 'from when it is ready');
  t.match(withLimits(ready, { ...limits, runStartedAt: at(10), timeLimitMinutes: 200 }), {
    expiresAt: at(210),
    endsAt: at(210),
  });
  t.match(withLimits(ready, { ...limits, timeLimitMinutes: 60 }), { expiresAt: at(60) });
  t.match(newLifetime(patient, at(0), { ...limits, timeLimitMinutes: 500 }), { expiresAt: at(240) });
  t.match(newLifetime(lab, at(0), limits), { expiresAt: at(30), endsAt: at(180) }, 'unless it is idle');
});

await test('the warning precedes the end, at half the idle time if that is short', async (t) => {
  const life = newLifetime(lab, at(0));
  t.notOk(isWarningDue(life, at(24), 5));
  t.ok(isWarningDue(life, at(25), 5));
  const short = newLifetime({ ...lab, idleMinutes: 4 }, at(0));
  t.notOk(isWarningDue(short, at(1), 5));
  t.ok(isWarningDue(short, at(2), 5));
});

await test('a session that ends without a warning is extended by the time of a warning', async (t) => {
  const life = newLifetime(lab, at(0));
  t.same(spared(life, at(50), 5), { expiresAt: at(55), endsAt: at(120) });
  t.same(spared(life, at(200), 5), { expiresAt: at(205), endsAt: at(205) });
  t.same(
    spared({ ...life, idleMinutes: 4 }, at(50), 5).expiresAt,
    at(52),
    'half the idle time if that is less',
  );
});
