/**
 * Events for listeners in this process and in others.
 *
 * Events are hints: they contain ids and a version, never data that needs authorisation. A listener reads the object
 * again and authorises again. Delivery is at most once. The reconciler repairs what must not be lost.
 */
export interface BerthEvents {
  /** A session changed its state, provisioning progress or lifetime, or was deleted. */
  'session.changed': { sessionId: string; learnerId: string; generation: number };
  /** A check ended, with any verdict. */
  'check.finished': {
    attemptId: string;
    /** Absent if the session was deleted meanwhile. */
    sessionId?: string | undefined;
    learnerId: string;
    assignmentId?: string | undefined;
    courseId?: string | undefined;
  };
  /** A job on images was created, made progress, was cancelled, or ended. */
  'job.changed': { jobId: string; version: number };
  /** A user's role, name or credentials changed, or a token was revoked. Listeners drop cached data of the user. */
  'user.changed': { userId: string };
  /** What applies to the people of a course changed: terms of assignments, overrides, sections, members, or its state. */
  'course.changed': { courseId: string };
  /** A hand was raised or lowered in a course, or feedback was given. */
  'course.activity': { courseId: string; kind: 'hand' | 'feedback'; id: string };
  /** Labs were reloaded, or a lab source has new ones. Listeners read the catalogue again. */
  'labs.changed': { from: string };
  /** A terminal must end, because its owner closed it or its session stops. */
  'terminal.ended': { terminalId: string; sessionId: string };
}

export type Topic = keyof BerthEvents;

/** Port of the event bus. Implementations: memory for one process, Redis for several. */
export interface EventBus {
  /**
   * Publishes an event to all listeners of `topic`. Resolves once the bus has accepted it. Call it after the commit of
   * the transaction.
   */
  publish<T extends Topic>(topic: T, event: BerthEvents[T]): Promise<void>;
  /**
   * Calls `listener` for each later event in order of arrival. Returns a function that stops this. An exception of a
   * listener is logged, and later events still reach it.
   */
  listen<T extends Topic>(topic: T, listener: (event: BerthEvents[T]) => void): () => void;
  /** Returns whether events of other processes arrive; false while Redis does not respond. */
  healthy(): boolean;
  /** Stops listening and closes connections. Later events are rejected with EVENTS_CLOSED. */
  close(): Promise<void>;
}
