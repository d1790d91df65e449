import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { extended, isWarningDue } from './lifetime-rules.ts';
import type { LifetimeStore } from './lifetime-store.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionRow, SessionStore } from './session-store.ts';

/** Longest extension in one request, in minutes: a week. The lab's own limit also applies. */
const LONGEST_MINUTES = 7 * 24 * 60;

/** Attempts to extend a session while other requests change it. */
const TRIES = 20;

/** Extends sessions at their learners' request. */
export function createSessionExtend(options: {
  store: SessionStore;
  lifetimes: LifetimeStore;
  changer: SessionChanger;
  clock: Clock;
  warningMinutes: number;
}) {
  const { store, lifetimes, changer, clock, warningMinutes } = options;

  /** @throws INPUT_INVALID, SESSION_EXTEND_LIMIT, SESSION_STATE_CONFLICT, SESSION_NOT_FOUND */
  return async function extendSession(session: SessionRow, minutes: number): Promise<SessionRow> {
    if (!(minutes > 0 && minutes <= LONGEST_MINUTES)) {
      throw fault('INPUT_INVALID', {
        problem: `"minutes" must be more than 0, and ${LONGEST_MINUTES} at most.`,
      });
    }
    let row: SessionRow | null = session;
    for (let tries = 0; row && tries < TRIES; tries++) {
      const changed = await extendOnce(row, minutes);
      if (changed) return changed;
      row = await store.find(session.id);
    }
    throw fault(row ? 'DATABASE_BUSY' : 'SESSION_NOT_FOUND');
  };

  async function extendOnce(row: SessionRow, minutes: number): Promise<SessionRow | undefined> {
    if (row.state !== 'ready' && row.state !== 'unreachable') {
      throw fault('SESSION_STATE_CONFLICT', { state: row.state, verb: 'be extended' });
    }
    const now = clock.now();
    const end = extended(row, minutes, now);
    if (!end) throw fault('SESSION_EXTEND_LIMIT', { until: row.maxEndsAt.toISOString() });
    const warnedAt = isWarningDue({ ...row, ...end }, now, warningMinutes) ? row.warnedAt : null;
    const changed = await lifetimes.setEnd(row, { ...end, warnedAt });
    if (changed) changer.notify(changed);
    return changed;
  }
}
