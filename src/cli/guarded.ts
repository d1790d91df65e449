import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program beside, as it is: built or not. */
const GUARD = fileURLToPath(new URL(`lab-tests-guard${extname(import.meta.filename)}`, import.meta.url));

/** Runs `work`, with a process beside this one that cleans up should this one be killed on the way. */
export async function guarded(work: () => Promise<void>): Promise<void> {
  const guard = spawn(process.execPath, [...process.execArgv, GUARD, String(process.pid)], {
    // What ends this process from the terminal leaves the other one alone.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  try {
    await work();
  } finally {
    guard.kill('SIGKILL');
  }
}
