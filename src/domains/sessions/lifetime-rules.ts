import type { FaultCode } from '../../core/errors.ts';
import type { LabLifetime } from '../labs/lab.ts';

const MINUTE_MS = 60_000;

/** What decides when a session ends. */
export interface Lifetime {
  lastActivityAt: Date;
  /** Ends then, unless used or extended: never beyond `endsAt`. */
  expiresAt: Date;
  idleMinutes: number;
  /** Ends then even when used. */
  endsAt: Date;
  /** As far as `endsAt` can be moved. */
  maxEndsAt: Date;
}

const earlier = (a: Date, b: Date) => (a < b ? a : b);
const later = (a: Date, b: Date) => (a > b ? a : b);
const after = (date: Date, minutes: number) => new Date(date.getTime() + minutes * MINUTE_MS);

/** Of a session that begins at `now`. */
export function newLifetime(lifetime: LabLifetime, now: Date): Lifetime {
  const endsAt = after(now, lifetime.totalMinutes);
  return {
    lastActivityAt: now,
    idleMinutes: lifetime.idleMinutes,
    endsAt,
    maxEndsAt: later(endsAt, after(now, lifetime.maxMinutes)),
    expiresAt: earlier(after(now, lifetime.idleMinutes), endsAt),
  };
}

/** Of a session that was asked for at `lastActivityAt` and can be used from `now`: the wait does not count. */
export function lifetimeFrom(now: Date, session: Lifetime): Lifetime {
  const waited = (now.getTime() - session.lastActivityAt.getTime()) / MINUTE_MS;
  const endsAt = after(session.endsAt, waited);
  return {
    lastActivityAt: now,
    idleMinutes: session.idleMinutes,
    endsAt,
    maxEndsAt: after(session.maxEndsAt, waited),
    expiresAt: earlier(after(now, session.idleMinutes), endsAt),
  };
}

/** After the learner did something at `at`: its end moves out, never in. */
export function used(session: Lifetime, at: Date): Pick<Lifetime, 'lastActivityAt' | 'expiresAt'> {
  const idleEnd = earlier(after(at, session.idleMinutes), session.endsAt);
  return {
    lastActivityAt: later(session.lastActivityAt, at),
    expiresAt: later(session.expiresAt, idleEnd),
  };
}

/** Both ends moved out by `minutes`, as far as the lab allows; undefined when that is not at all. */
export function extended(session: Lifetime, minutes: number, now: Date) {
  const endsAt = earlier(after(session.endsAt, minutes), session.maxEndsAt);
  const expiresAt = earlier(after(session.expiresAt, minutes), endsAt);
  if (expiresAt <= session.expiresAt && endsAt <= session.endsAt) return undefined;
  return { lastActivityAt: later(session.lastActivityAt, now), expiresAt, endsAt };
}

/** Why it ends when `expiresAt` has come, with the minutes that its message names. */
export function expiry(session: Lifetime & { createdAt: Date; readyAt: Date | null }): {
  code: FaultCode;
  minutes: number;
} {
  if (session.expiresAt < session.endsAt) {
    return { code: 'SESSION_IDLE', minutes: Math.round(session.idleMinutes) };
  }
  const from = session.readyAt ?? session.createdAt;
  const minutes = (session.endsAt.getTime() - from.getTime()) / MINUTE_MS;
  return { code: 'SESSION_LIFETIME_OVER', minutes: Math.round(minutes) };
}

/**
 * Of a session whose end came before anyone could be warned of it, as while the service was down:
 * it lives on for as long as a warning takes.
 */
export function spared(
  session: Lifetime,
  now: Date,
  warningMinutes: number,
): Pick<Lifetime, 'expiresAt' | 'endsAt'> {
  const expiresAt = after(now, warningTime(session, warningMinutes));
  return { expiresAt, endsAt: later(session.endsAt, expiresAt) };
}

/**
 * Whether its learner is to be warned now: `warningMinutes` before the end, or half the idle time
 * where that is less, so that nobody is warned all the time.
 */
export function isWarningDue(session: Lifetime, now: Date, warningMinutes: number): boolean {
  return now >= after(session.expiresAt, -warningTime(session, warningMinutes));
}

function warningTime({ idleMinutes }: Lifetime, warningMinutes: number): number {
  return Math.min(warningMinutes, idleMinutes / 2);
}
