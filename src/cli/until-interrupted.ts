/** Signals that ask a command to end, with the exit codes that shells give them. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** What `work` is ended by when the command is asked to end. */
class Interrupted extends Error {}

/**
 * Runs `work`, whose signal aborts when the command is asked to end: it has cleaned up after itself when it
 * rejects then. A second time ends the command at once.
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const handlers = Object.entries(EXIT_CODES).map(([name, exitCode]) => {
    const handler = () => {
      if (stopping.signal.aborted) process.exit(exitCode);
      process.exitCode = exitCode;
      stopping.abort(new Interrupted(`ended by ${name}`));
    };
    process.on(name, handler);
    return [name, handler] as const;
  });
  try {
    await work(stopping.signal);
  } catch (error) {
    if (!(stopping.signal.aborted && error === stopping.signal.reason)) throw error;
  } finally {
    for (const [name, handler] of handlers) process.off(name, handler);
  }
}
