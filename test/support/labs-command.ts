import { execFile } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** How a command ended, and what it said. */
export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `berth labs …` to its end. */
export function labsCommand(
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<CommandRun> {
  const options = { env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import=tsx', MAIN, 'labs', ...words], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
