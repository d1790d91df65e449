import { execFile } from 'node:child_process';
import { BERTH } from '../service/berth-command.ts';

/** The exit code and output of a command. */
export interface CommandRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `berth labs …` to its end, in `folder` if given. */
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
