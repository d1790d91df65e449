/**
 * What happened, for the listeners in this process and in others.
 *
 * Events are hints: they carry ids and a version, never data that needs authorising. Who gets one
 * reads again and authorises again. Delivery is at most once; what must not be lost is repaired by
 * the reconciler, never by an event.
 */
export interface BerthEvents {
  /** A session changed state, progress of provisioning, lifetime, or was deleted. */
  'session.changed': { sessionId: string; learnerId: string; generation: number };
  /** A check ended, with whatever verdict. */
  'check.finished': { attemptId: string; sessionId: string; learnerId: string };
  /** A job on images was asked for, went on, was asked to end, or ended. */
  'job.changed': { jobId: string; version: number };
  /** A user's role, name or credentials changed, or a token was revoked: drop what is remembered of them. */
  'user.changed': { userId: string };
  /** Labs were read again, or a source of labs brought others: look which there are now. */
  'labs.changed': { from: string };
  /** A terminal was asked to end, by its owner, or because its session stops. */
  'terminal.ended': { terminalId: string; sessionId: string };
}

export type Topic = keyof BerthEvents;

/** Port of the event bus; implementations: memory (one process) and Redis (many). */
export interface EventBus {
  /** Tells all listeners of `topic`. Resolves once the bus has taken it; call it after the transaction has committed. */
  publish<T extends Topic>(topic: T, event: BerthEvents[T]): Promise<void>;
  /** Calls `listener` for each event from now on, in order of arrival; returns what stops it. A listener that throws is logged and kept. */
  listen<T extends Topic>(topic: T, listener: (event: BerthEvents[T]) => void): () => void;
  /** Whether events of other processes arrive now; false while Redis is away. */
  healthy(): boolean;
  /** Stops listening and frees connections. Events published afterwards are refused with EVENTS_CLOSED. */
  close(): Promise<void>;
}
