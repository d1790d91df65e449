export function supervise(
  command: string,
  args: readonly string[],
  options: {
    cwd?: string;
    env: NodeJS.ProcessEnv;
    output: { write(text: string): unknown };
    firstPauseMs?: number;
  },
): Promise<number>;
