import type { FaultCode } from '../../core/errors.ts';
import type { LabLifetime } from '../labs/lab.ts';

const MINUTE_MS = 60_000;

/** The times that decide when a session ends. */
export interface Lifetime {
  lastActivityAt: Date;
  /** The session ends then, unless it is used or extended; never after `endsAt`. */
  expiresAt: Date;
  idleMinutes: number;
  /** The session ends then even if it is in use. */
  endsAt: Date;
  /** Latest time to which `endsAt` can be extended. */
  maxEndsAt: Date;
}

const earlier = (a: Date, b: Date) => (a < b ? a : b);
const later = (a: Date, b: Date) => (a > b ? a : b);
const after = (date: Date, minutes: number) => new Date(date.getTime() + minutes * MINUTE_MS);

/** Returns the lifetime of a session that is requested at `now`. */
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

/**
 * Returns the lifetime of a session that was requested at `lastActivityAt` and is ready at `now`: the wait does not
 * count.
 */
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

/** Returns the changes after a use at `at`: the end moves later, never earlier. */
export function used(session: Lifetime, at: Date): Pick<Lifetime, 'lastActivityAt' | 'expiresAt'> {
  const idleEnd = earlier(after(at, session.idleMinutes), session.endsAt);
  return {
    lastActivityAt: later(session.lastActivityAt, at),
    expiresAt: later(session.expiresAt, idleEnd),
  };
}

/** Returns both ends extended by `minutes`, as far as the lab allows; undefined if it allows no extension. */
export function extended(session: Lifetime, minutes: number, now: Date) {
  const endsAt = earlier(after(session.endsAt, minutes), session.maxEndsAt);
  const expiresAt = earlier(after(session.expiresAt, minutes), endsAt);
  if (expiresAt <= session.expiresAt && endsAt <= session.endsAt) return undefined;
  return { lastActivityAt: later(session.lastActivityAt, now), expiresAt, endsAt };
}

/** Returns why the session ends at `expiresAt`, with the minutes for the message. */
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
 * Returns a later end for a session whose end came without a warning, for example while the service was down: it stays
 * for the time of a warning.
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
 * Returns whether to warn the learner now: `warningMinutes` before the end, or half the idle time if that is less, so
 * that a short idle time does not cause constant warnings.
 */
export function isWarningDue(session: Lifetime, now: Date, warningMinutes: number): boolean {
  return now >= after(session.expiresAt, -warningTime(session, warningMinutes));
}

function warningTime({ idleMinutes }: Lifetime, warningMinutes: number): number {
  return Math.min(warningMinutes, idleMinutes / 2);
}
