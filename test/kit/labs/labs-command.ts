import { execFile } from 'node:child_process';
import { BERTH } from '../service/berth-command.ts';

/** How a command ended, and what it said. */
export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `berth labs …` to its end, in `folder` where one is given. */
export function labsCommand(
  words: readonly string[],
  environment: Record<string, string> = {},
  { folder }: { folder?: string } = {},
): Promise<CommandRun> {
  const options = { env: { ...process.env, ...environment }, ...(folder !== undefined && { cwd: folder }) };
  return new Promise((resolve) => {
    execFile(process.execPath, [...BERTH, 'labs', ...words], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
