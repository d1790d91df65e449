import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from '../../setup/command.mjs';
import { whenMissing } from '../../setup/debian.mjs';
import { connectEngine } from '../engine/docker/client.ts';
import { call, engineMessage } from '../engine/docker/faults.ts';
import { setupFault } from './setup-fault.ts';

/** An engine responds to a ping in milliseconds. One that needs longer than this is not usable. */
const PING_TIMEOUT_MS = 3_000;

/** `refused` means that an engine exists, but this user may not access it. */
type PingResult = { readonly state: 'up' } | { readonly state: 'refused' | 'down'; readonly reason: string };

/** Pings the engine at `address`. @throws CONFIG_INVALID for an invalid address */
export async function pingEngine(address: string, env: NodeJS.ProcessEnv): Promise<PingResult> {
  const { docker, close } = connectEngine(address, env);
  try {
    await call(() => docker.ping(), { timeoutMs: PING_TIMEOUT_MS });
    return { state: 'up' };
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return { state: code === 'EACCES' ? 'refused' : 'down', reason: engineMessage(error) };
  } finally {
    close();
  }
}

const LOG_FILE = '/var/log/berth-dockerd.log';
/** The daemon writes this file, and does not start if the process in it is alive. */
const PID_FILE = '/var/run/docker.pid';
/** A larger log is rotated when the engine starts. One old log is kept. */
const LOG_MAX_BYTES = 10 * 1024 * 1024;
/** Enough for a first start on a slow disk, which creates data folders and firewall rules. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
const LOG_TAIL_LINES = 15;
/** How to read the log of an engine that systemd runs. */
const JOURNAL = 'Its log: journalctl -u docker.service -n 50';

/**
 * Starts the engine, and waits until it responds at `address`. Uses systemd if it runs, otherwise a separate process
 * that outlives Berth. Needs root.
 *
 * @throws ENGINE_SETUP_REFUSED with the end of its log if it does not respond
 */
export async function startDaemon(address: string, progress: (detail: string) => void) {
  const managed = existsSync('/run/systemd/system');
  progress('starting the engine');
  // Its package may have already started it.
  if ((await pingEngine(address, {})).state === 'up') return;
  const exited = managed ? await enableUnit() : await spawnDaemon();
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until && !exited.reason) {
    const ping = await pingEngine(address, {});
    if (ping.state === 'up') return;
    await delay(POLL_MS);
  }
  throw setupFault(
    `The container engine was started, but does not respond at ${address}.` +
      (exited.reason ? ` It ended: ${exited.reason}.` : ''),
    managed ? [JOURNAL] : [`The end of its log, ${LOG_FILE}:`, ...(await logTail())],
  );
}

async function enableUnit(): Promise<{ reason: string }> {
  try {
    await runCommand('systemctl', ['enable', '--now', 'docker.service']);
  } catch (error) {
    const words = (error as Error).message.split('\n');
    throw setupFault('systemd could not start the container engine:', [...words, JOURNAL], error);
  }
  return { reason: '' };
}

async function spawnDaemon(): Promise<{ reason: string }> {
  const size = await stat(LOG_FILE).then((found) => found.size, whenMissing(0));
  if (size > LOG_MAX_BYTES) await rename(LOG_FILE, `${LOG_FILE}.1`);
  const log = await open(LOG_FILE, 'a', 0o640);
  const exited = { reason: '' };
  try {
    const child = spawn('dockerd', ['--pidfile', PID_FILE], {
      detached: true,
      cwd: '/',
      stdio: ['ignore', log.fd, log.fd],
    });
    child.once('error', (error) => (exited.reason = error.message));
    child.once('exit', (code, signal) => (exited.reason = signal ?? `exit code ${code}`));
    child.unref();
  } finally {
    await log.close();
  }
  return exited;
}

async function logTail(): Promise<string[]> {
  const text = await readFile(LOG_FILE, 'utf8').catch(whenMissing(''));
  return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES);
}
