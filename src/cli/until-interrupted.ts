/** Signals that end a command, with their exit codes as in shells. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Abort reason of `work` when a signal ends the command. */
class Interrupted extends Error {}

/**
 * Runs `work` with a signal that aborts when a signal ends the command. `work` must clean up before it rejects. A second
 * signal ends the command immediately.
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
