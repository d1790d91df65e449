import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs the program that all this was for, with this process's input and output, and answers its exit
 * code. Signals reach it: those of a terminal by the terminal itself, which sends Ctrl-C to both.
 */
export function handOver(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
