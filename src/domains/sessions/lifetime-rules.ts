import type { FaultCode, FaultDetails } from '../../core/errors.ts';
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
  /** When its attempt at an assignment started, without the time in the queue; null for self-study. */
  runStartedAt: Date | null;
  /** The time limit of that attempt, and when the assignment closes; null for never. */
  timeLimitMinutes: number | null;
  closesAt: Date | null;
}

/** The limits of an attempt at an assignment. */
export type RunLimits = Pick<Lifetime, 'runStartedAt' | 'timeLimitMinutes' | 'closesAt'>;

/** The limits of self-study: none. */
const UNLIMITED: RunLimits = { runStartedAt: null, timeLimitMinutes: null, closesAt: null };

const earlier = (a: Date, b: Date) => (a < b ? a : b);
const later = (a: Date, b: Date) => (a > b ? a : b);
const after = (date: Date, minutes: number) => new Date(date.getTime() + minutes * MINUTE_MS);

/** Returns when the time limit of the attempt is over; undefined without one. */
function timeOver({ runStartedAt, timeLimitMinutes }: RunLimits): Date | undefined {
  return runStartedAt && timeLimitMinutes !== null ? after(runStartedAt, timeLimitMinutes) : undefined;
}

/** Returns when the attempt at the assignment ends, whatever its learner does; undefined for never. */
export function deadlineOf(limits: RunLimits): Date | undefined {
  const limit = timeOver(limits);
  const { closesAt } = limits;
  return limit && closesAt ? earlier(limit, closesAt) : (limit ?? closesAt ?? undefined);
}

/** Returns when the session ends even if it is in use: at its own end, or at that of its attempt if it is sooner. */
function lastEnd(session: Pick<Lifetime, 'endsAt'> & RunLimits): Date {
  return earlier(session.endsAt, deadlineOf(session) ?? session.endsAt);
}

/**
 * Returns the end of a session whose attempt has a time limit: it lasts as long as the limit, with the learner's extra
 * time, if the lab allows an extension to that.
 */
function withTimeLimit(
  { endsAt, maxEndsAt }: Pick<Lifetime, 'endsAt' | 'maxEndsAt'>,
  limits: RunLimits,
): Date {
  return later(endsAt, earlier(timeOver(limits) ?? endsAt, maxEndsAt));
}

/** Returns the lifetime of a session that is requested at `now`. */
export function newLifetime(lifetime: LabLifetime, now: Date, limits: RunLimits = UNLIMITED): Lifetime {
  const total = after(now, lifetime.totalMinutes);
  const maxEndsAt = later(total, after(now, lifetime.maxMinutes));
  const endsAt = withTimeLimit({ endsAt: total, maxEndsAt }, limits);
  return {
    ...limits,
    lastActivityAt: now,
    idleMinutes: lifetime.idleMinutes,
    endsAt,
    maxEndsAt,
    expiresAt: earlier(after(now, lifetime.idleMinutes), lastEnd({ ...limits, endsAt })),
  };
}

/**
 * Returns the lifetime of a session that was requested at `lastActivityAt` and is ready at `now`: the wait does not
 * count. The time limit of an attempt starts when the session is first ready, and does not stop afterwards.
 */
export function lifetimeFrom(now: Date, session: Lifetime & { readyAt: Date | null }): Lifetime {
  const waited = (now.getTime() - session.lastActivityAt.getTime()) / MINUTE_MS;
  const { idleMinutes, runStartedAt, timeLimitMinutes, closesAt } = session;
  const startedAt = session.readyAt === null ? runStartedAt && now : runStartedAt;
  const limits = { runStartedAt: startedAt, timeLimitMinutes, closesAt };
  const maxEndsAt = after(session.maxEndsAt, waited);
  const endsAt = withTimeLimit({ endsAt: after(session.endsAt, waited), maxEndsAt }, limits);
  return {
    ...limits,
    lastActivityAt: now,
    idleMinutes,
    endsAt,
    maxEndsAt,
    expiresAt: earlier(after(now, idleMinutes), lastEnd({ ...limits, endsAt })),
  };
}

/** Returns the changes after a use at `at`: the end moves later, never earlier. */
export function used(session: Lifetime, at: Date): Pick<Lifetime, 'lastActivityAt' | 'expiresAt'> {
  const idleEnd = earlier(after(at, session.idleMinutes), lastEnd(session));
  return {
    lastActivityAt: later(session.lastActivityAt, at),
    expiresAt: later(session.expiresAt, idleEnd),
  };
}

/** Returns both ends extended by `minutes`, as far as the lab allows; undefined if it allows no extension. */
export function extended(session: Lifetime, minutes: number, now: Date) {
  const endsAt = earlier(after(session.endsAt, minutes), session.maxEndsAt);
  const expiresAt = earlier(after(session.expiresAt, minutes), lastEnd({ ...session, endsAt }));
  if (expiresAt <= session.expiresAt) return undefined;
  return { lastActivityAt: later(session.lastActivityAt, now), expiresAt, endsAt };
}

/** Returns the latest time to which a session can be extended. */
export function latestEnd(session: Lifetime): Date {
  return lastEnd({ ...session, endsAt: session.maxEndsAt });
}

/** Returns the changes when other limits apply to the attempt: the end moves with them, in both directions. */
export function withLimits(
  session: Lifetime,
  limits: RunLimits,
): RunLimits & Pick<Lifetime, 'expiresAt' | 'endsAt'> {
  const before = lastEnd(session);
  const endsAt = withTimeLimit(session, limits);
  const end = lastEnd({ ...limits, endsAt });
  const idleEnd = earlier(after(session.lastActivityAt, session.idleMinutes), end);
  const expiresAt = end > before ? later(session.expiresAt, idleEnd) : earlier(session.expiresAt, end);
  return { ...limits, expiresAt, endsAt };
}

/** Returns why the session ends at `expiresAt`, with the values for the message. */
export function expiry(session: Lifetime & { createdAt: Date; readyAt: Date | null }): {
  code: FaultCode;
  details: FaultDetails;
} {
  const { expiresAt, endsAt, closesAt, timeLimitMinutes } = session;
  const deadline = deadlineOf(session);
  if (deadline && expiresAt >= deadline) {
    if (closesAt && deadline >= closesAt) {
      return { code: 'ASSIGNMENT_CLOSED', details: { closed: closesAt.toISOString() } };
    }
    return { code: 'ASSIGNMENT_TIME_OVER', details: { minutes: timeLimitMinutes ?? 0 } };
  }
  if (expiresAt < endsAt) {
    return { code: 'SESSION_IDLE', details: { minutes: Math.round(session.idleMinutes) } };
  }
  const from = session.readyAt ?? session.createdAt;
  const minutes = (endsAt.getTime() - from.getTime()) / MINUTE_MS;
  return { code: 'SESSION_LIFETIME_OVER', details: { minutes: Math.round(minutes) } };
}

/**
 * Returns a later end for a session whose end came without a warning, for example while the service was down: it stays
 * for the time of a warning, but not after its attempt at an assignment.
 */
export function spared(
  session: Lifetime,
  now: Date,
  warningMinutes: number,
): Pick<Lifetime, 'expiresAt' | 'endsAt'> {
  const wanted = after(now, warningTime(session, warningMinutes));
  const expiresAt = earlier(wanted, deadlineOf(session) ?? wanted);
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
