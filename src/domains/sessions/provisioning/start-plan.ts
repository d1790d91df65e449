import type { SessionState } from '../session.ts';

/** Sessions of one learner that are over and kept as history; older ones go when a new one is made. */
const HISTORY = 200;

/** Most that go with one start: each adds but one, so what an earlier version left is gone in time. */
const FORGOTTEN_AT_ONCE = 50;

/** What a start reads of each session that its learner has. */
export interface OwnSession {
  id: string;
  state: SessionState;
  activeKey: string | null;
  environmentId: string | null;
  removedAt: Date | null;
}

/**
 * What is to become of the start of a session with this `activeKey`: `exists` when the learner has
 * that one, `limit` when they have as many as they may; else the sessions that are to be forgotten.
 * `own` are all of the learner's, newest first. Pure.
 */
export function planStart(
  own: readonly OwnSession[],
  { activeKey, limit }: { activeKey: string; limit: number },
): 'exists' | 'limit' | { forget: string[] } {
  if (own.some((session) => session.activeKey === activeKey)) return 'exists';
  if (own.filter(isHeld).length >= limit) return 'limit';
  const old = own.filter(isOver).slice(HISTORY, HISTORY + FORGOTTEN_AT_ONCE);
  return { forget: old.map(({ id }) => id) };
}

/** Whether it is on the engine, or will be: what is put away is not. Pure. */
export function isHeld({ activeKey, state, environmentId }: Omit<OwnSession, 'id' | 'removedAt'>): boolean {
  return (activeKey !== null && state !== 'saved') || environmentId !== null;
}

/** Whether it is history, and nothing of it is on the engine. */
function isOver({ state, environmentId, removedAt }: OwnSession): boolean {
  return (state === 'ended' || state === 'failed') && environmentId === null && removedAt === null;
}
