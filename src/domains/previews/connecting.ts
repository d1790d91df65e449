/** Connections of one session that are being opened at once: each takes a processor of the engine's for a moment, and others wait for that too. */
const AT_ONCE = 4;

/** Has those of one session wait for each other when they open more connections than a few at once. */
export function createConnecting(): <T>(sessionId: string, open: () => Promise<T>) => Promise<T> {
  const sessions = new Map<string, { opening: number; waiting: (() => void)[] }>();

  return async (sessionId, open) => {
    const session = sessions.get(sessionId) ?? { opening: 0, waiting: [] };
    sessions.set(sessionId, session);
    // A woken waiter takes over the place of the one that wakes it.
    if (session.opening >= AT_ONCE) await new Promise<void>((wake) => session.waiting.push(wake));
    else session.opening += 1;
    try {
      return await open();
    } finally {
      const next = session.waiting.shift();
      if (next) next();
      else session.opening -= 1;
      if (session.opening === 0) sessions.delete(sessionId);
    }
  };
}
