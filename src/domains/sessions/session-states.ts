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
 *    ▲ unreachable ◀─lose─┤ ├─copied──▶ queued (a copy of another session, made with what was saved of it)
 *    └──────keep──────────┘
 *
 *  every one of these ──stop──▶ stopping ──destroyed──▶ ended
 *  every one of these but saved ──fail──▶ failed
 *  every one of these ──fallBack──▶ saved, instead of failing or ending by itself, where something was saved before
 *  ready, saved, failed ──reset──▶ queued
 * ```
 * Nothing leads out of `ended`: a new start makes a new session.
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

/** What can happen to a session. */
export type SessionEvent =
  /** All places are taken: it waits. */
  | 'queue'
  /** A process begins to make its environment. */
  | 'provision'
  | 'provisioned'
  /** The process that made it stopped; another takes it up. */
  | 'requeue'
  /** Its machines were started again, by its learner or as a repair. */
  | 'restart'
  | 'save'
  | 'saved'
  /** What it is to begin with was saved from the session that it is a copy of. */
  | 'copied'
  /** It could not be saved, and goes on. */
  | 'keep'
  /** It goes on from what was saved, or begins anew. */
  | 'resume'
  | 'reset'
  /** It cannot go on, and what was saved before stands. */
  | 'fallBack'
  /** The engine does not answer, and does again. */
  | 'lose'
  | 'find'
  | 'stop'
  /** Nothing of it is left on the engine. */
  | 'destroyed'
  | 'fail';

/** The state that `event` leads to from `state`; undefined where it cannot happen. Pure. */
export function nextState(state: SessionState, event: SessionEvent): SessionState | undefined {
  const row: Partial<Record<SessionEvent, SessionState>> = transitions[state];
  return row[event];
}

export const sessionStates = Object.keys(transitions) as SessionState[];

/** Whether the session stands in the way of another one of the same learner and lab. */
export function isActive(state: SessionState): boolean {
  return state !== 'stopping' && state !== 'ended' && state !== 'failed';
}
