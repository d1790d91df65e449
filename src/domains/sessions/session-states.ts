import type { SessionState } from './session.ts';

/**
 * ```
 *  requested ──queue──▶ queued ◀──requeue──┐
 *      └────provision────┴─provision─▶ provisioning ─provisioned─▶ ready ◀─┐ restart
 *                                                                 │ ▲ └────┘
 *                                                            lose ▼ │ find
 *                                                          unreachable
 *
 *  ready ──save──▶ saving ──saved──▶ saved ──resume──▶ queued
 *    ▲ unreachable ◀─lose─┤ ├─copied──▶ queued (a copy of another session, which starts from the saved state)
 *    └──────keep──────────┘
 *
 *  every one of these ──stop──▶ stopping ──destroyed──▶ ended
 *  every one of these except saved ──fail──▶ failed
 *  every one of these ──fallBack──▶ saved, instead of failing or ending automatically, if a saved state exists
 *  ready, saved, failed ──reset──▶ queued
 * ```
 * `ended` is final: a new start creates a new session.
 */
const transitions = {
  requested: { queue: 'queued', provision: 'provisioning', stop: 'stopping', fail: 'failed' },
  queued: { provision: 'provisioning', stop: 'stopping', fail: 'failed', fallBack: 'saved' },
  provisioning: {
    provisioned: 'ready',
    requeue: 'queued',
    stop: 'stopping',
    fail: 'failed',
    fallBack: 'saved',
  },
  ready: {
    restart: 'ready',
    save: 'saving',
    reset: 'queued',
    lose: 'unreachable',
    stop: 'stopping',
    fail: 'failed',
    fallBack: 'saved',
  },
  saving: {
    saved: 'saved',
    copied: 'queued',
    keep: 'ready',
    lose: 'unreachable',
    stop: 'stopping',
    fail: 'failed',
    fallBack: 'saved',
  },
  saved: { resume: 'queued', reset: 'queued', stop: 'stopping' },
  stopping: { destroyed: 'ended' },
  ended: {},
  failed: { reset: 'queued' },
  unreachable: { find: 'ready', stop: 'stopping', fail: 'failed', fallBack: 'saved' },
} as const satisfies Record<SessionState, Partial<Record<SessionEvent, SessionState>>>;

/** The events of a session. */
export type SessionEvent =
  /** There is no capacity: the session waits. */
  | 'queue'
  /** A process starts to create its environment. */
  | 'provision'
  | 'provisioned'
  /** The process that provisioned it stopped; another one will start again. */
  | 'requeue'
  /** Its machines were restarted, by its learner or by a repair. */
  | 'restart'
  | 'save'
  | 'saved'
  /** The saved state for this copy is complete. */
  | 'copied'
  /** The save failed, and the session continues. */
  | 'keep'
  /** The session resumes from its saved state, or starts from the lab again. */
  | 'resume'
  | 'reset'
  /** The session cannot continue, and returns to its saved state. */
  | 'fallBack'
  /** The engine does not answer, and later answers again. */
  | 'lose'
  | 'find'
  | 'stop'
  /** The engine has removed everything of it. */
  | 'destroyed'
  | 'fail';

/** Returns the state after `event`; undefined if the event is not possible in `state`. Pure. */
export function nextState(state: SessionState, event: SessionEvent): SessionState | undefined {
  const row: Partial<Record<SessionEvent, SessionState>> = transitions[state];
  return row[event];
}

export const sessionStates = Object.keys(transitions) as SessionState[];

/** Returns whether the session prevents another one of the same learner and lab. */
export function isActive(state: SessionState): boolean {
  return state !== 'stopping' && state !== 'ended' && state !== 'failed';
}

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
