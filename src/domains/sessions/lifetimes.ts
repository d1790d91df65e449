import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { AssignedWork } from './assigned-work.ts';
import { deadlineOf, expiry, isWarningDue, spared, used, withLimits } from './lifetime-rules.ts';
import type { LifetimeStore } from './lifetime-store.ts';
import { hasSaved, reason } from './session-changes.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionChanges, SessionRow } from './session-store.ts';

/** Time during which uses of a session are collected for one write, in milliseconds. */
const TOUCH_EVERY_MS = 30_000;

/** Attempts to write the last uses while other requests change the sessions. */
const TRIES = 20;

/** States in which a session has an end that is current. */
const HAS_END: ReadonlySet<SessionRow['state']> = new Set(['ready', 'unreachable', 'saving']);

export type Lifetimes = ReturnType<typeof createLifetimes>;

/** Ends sessions that are idle or at the end of their lifetime, and warns before. `onEnded` is called for each. */
export function createLifetimes(options: {
  lifetimes: LifetimeStore;
  changer: SessionChanger;
  clock: Clock;
  warningMinutes: number;
  log: Log;
  /** Returns and finds what applies to attempts at assignments. */
  assignedWork: Pick<AssignedWork, 'limits' | 'ofCourse'>;
  /** Saves a session instead of ending it for that reason; false if it must end. */
  saveAtEnd: (row: SessionRow, reason: SessionChanges) => Promise<boolean>;
  onEnded: () => void;
}) {
  const { lifetimes, changer, clock, warningMinutes, log, assignedWork, saveAtEnd, onEnded } = options;
  /** Last use by session: no more entries than sessions in use. */
  const touched = new Map<string, Date>();
  let flushAt = 0;

  /** Writes the collected uses. Those that conflict with another change, or fail, stay for the next write. */
  async function flush(): Promise<void> {
    const uses = new Map(touched);
    if (uses.size === 0) return;
    const rows = new Map((await lifetimes.inUse([...uses.keys()])).map((row) => [row.id, row]));
    for (const [id, at] of uses) {
      const row = rows.get(id);
      if (row && !(await storeUse(row, at))) continue;
      if (touched.get(id) === at) touched.delete(id);
    }
  }

  /** Stores a use; false if somebody else changed the session since the row was read. */
  async function storeUse(row: SessionRow, at: Date): Promise<boolean> {
    const changes = used(row, at);
    const isWarningOver =
      row.warnedAt !== null && !isWarningDue({ ...row, ...changes }, clock.now(), warningMinutes);
    const changed = await lifetimes.setEnd(row, isWarningOver ? { ...changes, warnedAt: null } : changes);
    if (changed && isWarningOver) changer.notify(changed);
    return changed !== undefined;
  }

  async function warnOrEnd(row: SessionRow, now: Date): Promise<void> {
    const over = row.expiresAt <= now || row.endsAt <= now;
    const deadline = deadlineOf(row);
    const isPast = deadline !== undefined && deadline <= now;
    if (isPast) {
      const renewed = await storeLimits(row);
      // In a conflict, the next check sees the other change.
      if (!renewed || renewed.expiresAt > now) return;
    }
    // No warning while the engine does not answer: the learner can do nothing about it.
    const isFinal = row.warnedAt !== null || row.state !== 'ready' || isPast;
    if (over && isFinal) return await end(row);
    if (row.warnedAt !== null || !isWarningDue(row, now, warningMinutes)) return;
    const moved = over ? spared(row, now, warningMinutes) : {};
    const warned = await lifetimes.setEnd(row, { ...moved, warnedAt: now });
    if (warned) changer.notify(warned);
  }

  /** Stores the present limits of the session's attempt. Returns the row as it is then; undefined in a conflict. */
  async function storeLimits(row: SessionRow): Promise<SessionRow | undefined> {
    const limits = await assignedWork.limits(row);
    if (!limits) return row;
    // A session that is not ready gets its end when it is.
    const changes = HAS_END.has(row.state) ? withLimits(row, limits) : limits;
    const next = { ...row, ...changes };
    if (isSameEnd(row, next)) return row;
    const warnedAt = isWarningDue(next, clock.now(), warningMinutes) ? row.warnedAt : null;
    const changed = await lifetimes.setEnd(row, { ...changes, warnedAt });
    if (changed) changer.notify(changed);
    return changed;
  }

  async function end(row: SessionRow): Promise<void> {
    const { code, details } = expiry(row);
    const why = reason(code, details);
    if (await saveAtEnd(row, why)) return;
    // An earlier saved state stays.
    const event = hasSaved(row) ? 'fallBack' : 'stop';
    if (!(await changer.move(row, event, why, { sameEnd: true }))) return;
    log.info({ sessionId: row.id, code }, 'session ended automatically');
    onEnded();
  }

  return {
    /** Records that the session is used; uses are written together. */
    touch(id: string): void {
      touched.set(id, clock.now());
    },
    /** Writes all collected uses, retrying when others change the sessions. */
    async settle(): Promise<void> {
      for (let tries = 0; touched.size > 0 && tries < TRIES; tries++) await flush();
    },
    /** Applies changed terms to the active sessions of a course's assignments. */
    async courseChanged(courseId: string): Promise<void> {
      for (const found of await lifetimes.ofAssignments(await assignedWork.ofCourse(courseId))) {
        let row: SessionRow | undefined = found;
        for (let tries = 0; row && tries < TRIES; tries++) {
          if (await storeLimits(row)) break;
          row = await lifetimes.find(found.id);
        }
      }
    },
    /** Checks once all sessions whose end is near. */
    async sweep(): Promise<void> {
      const now = clock.now();
      if (now.getTime() >= flushAt) {
        flushAt = now.getTime() + TOUCH_EVERY_MS;
        await flush();
      }
      const soon = new Date(now.getTime() + warningMinutes * 60_000);
      for (const row of await lifetimes.due(now, soon)) {
        if (row.expiresAt <= now && touched.has(row.id)) await flush();
        else await warnOrEnd(row, now);
      }
    },
  };
}

function isSameEnd(row: SessionRow, next: SessionRow): boolean {
  const columns = ['expiresAt', 'endsAt', 'runStartedAt', 'closesAt'] as const;
  const isSameDate = (name: (typeof columns)[number]) => row[name]?.getTime() === next[name]?.getTime();
  return columns.every(isSameDate) && row.timeLimitMinutes === next.timeLimitMinutes;
}
