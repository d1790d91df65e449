import type { SessionState } from '../session.ts';

/** Ended sessions of one learner that stay as history; a new session removes older ones. */
const HISTORY = 200;

/** Limit of ended sessions removed with one start: each start adds only one, so a longer history shrinks over time. */
const FORGOTTEN_AT_ONCE = 50;

/** The columns that a start reads of each of the learner's sessions. */
export interface OwnSession {
  id: string;
  state: SessionState;
  activeKey: string | null;
  environmentId: string | null;
  removedAt: Date | null;
}

/**
 * Decides about the start of a session with this `activeKey`: `exists` if the learner has it, `limit` if the learner has
 * the maximum. Otherwise returns the ended sessions to remove. `own` are all of the learner's sessions, newest first.
 * Pure.
 */
export function planStart(
  own: readonly OwnSession[],
  { activeKey, limit }: { activeKey: string; limit: number },
): 'exists' | 'limit' | { forget: string[] } {
  if (own.some((session) => session.activeKey === activeKey)) return 'exists';
  if (own.filter(isOnEngine).length >= limit) return 'limit';
  const old = own.filter(isOver).slice(HISTORY, HISTORY + FORGOTTEN_AT_ONCE);
  return { forget: old.map(({ id }) => id) };
}

/** Returns whether the session is on the engine, or will be; saved ones are not. Pure. */
export function isOnEngine({
  activeKey,
  state,
  environmentId,
}: Omit<OwnSession, 'id' | 'removedAt'>): boolean {
  return (activeKey !== null && state !== 'saved') || environmentId !== null;
}

/** Returns whether the session has ended, and nothing of it is on the engine. */
function isOver({ state, environmentId, removedAt }: OwnSession): boolean {
  return (state === 'ended' || state === 'failed') && environmentId === null && removedAt === null;
}
