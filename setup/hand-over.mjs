import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { HUNG_UP } from './end-by-hangup.mjs';

/** Signals that ask a program to stop. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program with this process's input and output, and returns its exit code; after SIGHUP always `HUNG_UP`.
 * Signals are forwarded, except a terminal's Ctrl+C, which the terminal itself sends to both processes.
 */
export async function handOver(command, args, options) {
  const { code } = await runOnce(command, args, options);
  return code;
}

/** Like `handOver`, but also returns in `asked` whether a signal requested the stop. */
export function runOnce(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    let hungUp = false;
    let asked = false;
    const pass = (signal) => {
      asked = true;
      hungUp ||= signal === 'SIGHUP';
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    // Before the start, because the caller may send a signal as soon as the program prints.
    for (const signal of STOP_SIGNALS) process.on(signal, pass);
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of STOP_SIGNALS) process.off(each, pass);
      resolve({ code: hungUp ? HUNG_UP : (code ?? 128 + constants.signals[signal]), asked });
    });
  });
}
