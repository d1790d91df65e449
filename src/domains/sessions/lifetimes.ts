import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { expiry, isWarningDue, spared, used } from './lifetime-rules.ts';
import type { LifetimeStore } from './lifetime-store.ts';
import { hasSaved, reason } from './session-changes.ts';
import type { SessionChanger } from './session-changes.ts';
import type { SessionChanges, SessionRow } from './session-store.ts';

/** Time during which uses of a session are gathered into one write, in milliseconds. */
const TOUCH_EVERY_MS = 30_000;

/** Changes by others that the last write of a use makes way for before it gives up. */
const TRIES = 20;

export type Lifetimes = ReturnType<typeof createLifetimes>;

/** Ends sessions that are idle or have lived their time, and warns before. `onEnded` is called when one was. */
export function createLifetimes(options: {
  lifetimes: LifetimeStore;
  changer: SessionChanger;
  clock: Clock;
  warningMinutes: number;
  logger: Log;
  /** Has a session saved that is to end for that reason; false where it is to end. */
  keep: (row: SessionRow, reason: SessionChanges) => Promise<boolean>;
  onEnded: () => void;
}) {
  const { lifetimes, changer, clock, warningMinutes, logger, keep, onEnded } = options;
  /** Last use by session: no more entries than sessions in use. */
  const touched = new Map<string, Date>();
  let flushAt = 0;

  /** Writes what was gathered; what meets another change, or a database that is away, is written with the next. */
  async function flush(): Promise<void> {
    const uses = new Map(touched);
    if (uses.size === 0) return;
    const rows = new Map((await lifetimes.inUse([...uses.keys()])).map((row) => [row.id, row]));
    for (const [id, at] of uses) {
      const row = rows.get(id);
      if (row && !(await noteUse(row, at))) continue;
      if (touched.get(id) === at) touched.delete(id);
    }
  }

  /** False when somebody else changed the session since the row was read. */
  async function noteUse(row: SessionRow, at: Date): Promise<boolean> {
    const changes = used(row, at);
    const relieved =
      row.warnedAt !== null && !isWarningDue({ ...row, ...changes }, clock.now(), warningMinutes);
    const changed = await lifetimes.setEnd(row, relieved ? { ...changes, warnedAt: null } : changes);
    if (changed && relieved) changer.notify(changed);
    return changed !== undefined;
  }

  async function warnOrEnd(row: SessionRow, now: Date): Promise<void> {
    const over = row.expiresAt <= now || row.endsAt <= now;
    // Nobody is warned of an end while the engine is away: there is nothing to be done about it then.
    if (over && (row.warnedAt !== null || row.state !== 'ready')) return await end(row);
    if (row.warnedAt !== null || !isWarningDue(row, now, warningMinutes)) return;
    const moved = over ? spared(row, now, warningMinutes) : {};
    const warned = await lifetimes.setEnd(row, { ...moved, warnedAt: now });
    if (warned) changer.notify(warned);
  }

  async function end(row: SessionRow): Promise<void> {
    const { code, minutes } = expiry(row);
    const why = reason(code, { minutes });
    if (await keep(row, why)) return;
    // What was saved before is not lost with it.
    const event = hasSaved(row) ? 'fallBack' : 'stop';
    if (!(await changer.move(row, event, why, { sameEnd: true }))) return;
    logger.info({ sessionId: row.id, code }, 'A session ended by itself.');
    onEnded();
  }

  return {
    /** Notes that the session is used: costs a write only once in a while. */
    touch(id: string): void {
      touched.set(id, clock.now());
    },
    /** Writes all that was gathered, whatever others change meanwhile. */
    async settle(): Promise<void> {
      for (let tries = 0; touched.size > 0 && tries < TRIES; tries++) await flush();
    },
    /** One look at all sessions whose end is near. */
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
