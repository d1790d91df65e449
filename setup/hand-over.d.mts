/**
 * Runs the program that all the set-up was for, with this process's input and output, and answers
 * its exit code. Signals that this process gets reach it.
 */
export function handOver(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv },
): Promise<number>;
