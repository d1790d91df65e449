import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { HUNG_UP } from './end-by-hangup.mjs';

/**
 * Runs the program that all this was for, with this process's input and output, and answers its exit
 * code; `HUNG_UP` when a hang-up came, whatever the program made of it. Signals reach it: those of a
 * terminal by the terminal itself, which sends Ctrl-C to both.
 */
export function handOver(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    let hungUp = false;
    // Before it starts: whoever hears the program's first words may send a signal at once.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        hungUp ||= signal === 'SIGHUP';
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(hungUp ? HUNG_UP : (code ?? 128 + constants.signals[signal]));
    });
  });
}
