import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readLines } from '../../../../setup/command.mjs';

/** Enough of a server's output to see why it did not start. */
const TAIL_LINES = 30;
const START_TIMEOUT_MS = 30_000;
/** A server that was asked to stop is killed after this. */
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 50;

export interface ServiceProcess {
  readonly pid: number;
  /** Asks the process to end, and kills it if it does not. */
  stop(): Promise<void>;
}

/**
 * Starts a server as a child process and waits until `isReady` returns true. Fails with the end of the server's output
 * if that takes too long or the server ends.
 */
export async function startServiceProcess({
  command,
  args,
  uid,
  gid,
  cwd,
  stopSignal,
  isReady,
}: {
  command: string;
  args: readonly string[];
  uid?: number | undefined;
  gid?: number | undefined;
  cwd: string;
  stopSignal: NodeJS.Signals;
  isReady: () => Promise<boolean>;
}): Promise<ServiceProcess> {
  // In a separate process group, so that Ctrl-C in the terminal stops the tests first and the server after them.
  const child = spawn(command, args, {
    uid,
    gid,
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
    });
  }
  const exited = once(child, 'exit');
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const over = Promise.race([exited, failed]).then(() => 'over' as const);
  over.catch(() => undefined);

  const until = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady())) {
    const state = await Promise.race([over, delay(POLL_MS, 'waiting' as const)]);
    if (state === 'over' || Date.now() > until) {
      child.kill('SIGKILL');
      throw new Error(`${command} did not start:\n${tail.join('\n')}`);
    }
  }
  return {
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(stopSignal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** A loopback port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
