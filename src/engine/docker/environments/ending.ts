import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { ENDING_SCRIPT } from './ending-script.ts';
import { createExec } from '../nested/exec-user.ts';
import type { Leader } from '../exec/shell-leader.ts';
import { waitForExit } from '../exec/exec-exit.ts';
import { LABEL } from '../labels.ts';

/** The script's own waits add up to under 3 s; after this time the machine is stuck. */
const ENDING_TIMEOUT_MS = 15_000;

/** How often to raise the process limit: a fork bomb can use the added processes before the script does. */
const ATTEMPTS = 5;

/** The processes to end; see {@link ENDING_SCRIPT} for the two modes. */
export interface Ending {
  leader: Leader | undefined;
  /** Text in the environment of all processes to end, in whatever session they are now. */
  mark?: string;
  /**
   * The user that started the processes and now ends them: in a machine without capabilities no other user
   * may. Never a value that the machine reported. Undefined for the container's default user.
   */
  user: string | undefined;
}

/** Creates an environment variable for an exec that identifies it and all processes that it starts. */
export function newMark(): string {
  return `BERTH_RUN=${randomUUID()}`;
}

/** Ends processes in a machine. Succeeds if the machine is gone or stopped. */
export async function endInside(container: Docker.Container, ending: Ending): Promise<void> {
  try {
    if ((await runEnding(container, ending)) !== 'no-process') return;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if ((await withMoreProcesses(container, () => runEnding(container, ending))) !== 'no-process') return;
    }
    throw fault('ENGINE_REFUSED', {
      problem: 'the machine has no free process for the command that ends others',
    });
  } catch (error) {
    if (!isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING')) throw error;
  }
}

async function runEnding(container: Docker.Container, ending: Ending): Promise<'ended' | 'no-process'> {
  const { leader, mark = '', user } = ending;
  const process = leader ? [String(leader.pid), leader.startTime] : ['', ''];
  const options = {
    Cmd: ['/bin/sh', '-c', ENDING_SCRIPT, 'sh', ...process, mark],
    ...(user !== undefined && { User: user }),
    AttachStdout: true,
    AttachStderr: true,
  };
  const exec = await createExec(container, options);
  const stream = await call(() => exec.start({ hijack: true, stdin: true }));
  stream.on('error', () => stream.destroy()).resume();
  const timer = setTimeout(() => stream.destroy(), ENDING_TIMEOUT_MS);
  await new Promise((resolve) => stream.once('close', resolve));
  clearTimeout(timer);
  const exitCode = await waitForExit(container, exec);
  if (exitCode === 0) return 'ended';
  // The script itself exits with 0 or 1, or 2 if it cannot fork. Otherwise the engine could not start it.
  if (exitCode === 1 || exitCode === undefined) {
    throw fault('ENGINE_REFUSED', { problem: 'some processes could not be ended' });
  }
  return 'no-process';
}

/**
 * Processes by which the limit of a full machine is raised, so that the command that ends others can start.
 */
const ADDED_PROCESSES = 32;

/** Last queued task of each machine. Tasks run one at a time because each one resets the limit. */
const queues = new Map<string, Promise<unknown>>();

/** Runs `use` while the machine's process limit is raised by a few processes. */
export async function withMoreProcesses<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  const before = queues.get(container.id) ?? Promise.resolve();
  const task = before.then(
    () => raiseLimit(container, use),
    () => raiseLimit(container, use),
  );
  queues.set(container.id, task);
  try {
    return await task;
  } finally {
    if (queues.get(container.id) === task) queues.delete(container.id);
  }
}

async function raiseLimit<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  const { Config, HostConfig } = await call(() => container.inspect());
  // The original limit: the current one may still be raised after a crash.
  const PidsLimit = Number(Config.Labels[LABEL.pids] ?? HostConfig.PidsLimit);
  await call(() => container.update({ PidsLimit: PidsLimit + ADDED_PROCESSES }));
  try {
    return await use();
  } finally {
    await call(() => container.update({ PidsLimit }));
  }
}
