/** Signals that ask a program to stop. */
export const STOP_SIGNALS: readonly NodeJS.Signals[];

/**
 * Runs a program with this process's input and output, forwards signals to it, and returns its exit code.
 */
export function handOver(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv },
): Promise<number>;
