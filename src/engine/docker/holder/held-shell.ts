import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import type { ShellSpec } from '../../engine-terminals.ts';
import { endInside, newMark } from '../environments/ending.ts';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { environmentList } from '../environments/machine-config.ts';
import { createExec } from '../environments/machine-user.ts';
import type { Leader } from '../exec/shell-leader.ts';
import { HeldStream } from './held-stream.ts';
import type { Hello, HeldEnd } from './held-stream.ts';
import { HOLDER, SOCKETS } from './holder-volume.ts';
import { connectInMachine } from './machine-socket.ts';
import type { ReachedMachine } from './reach.ts';

/** The agent listens within milliseconds; a machine without processor time may need seconds. */
const START_LIMIT_MS = 15_000;
/** Shortest and longest delay between attempts to connect to its socket, in milliseconds. */
const POLL_MIN_MS = 2;
const POLL_MAX_MS = 250;
/** The delay as a fraction of the time waited so far: a learner can keep many agents from starting at once. */
const POLL_FRACTION = 1 / 16;

/** A shell of an agent: connected, and waiting to start. */
export interface HeldShell {
  stream: HeldStream;
  leader: Leader;
  /** The user that it was started as; the container's default user if undefined. */
  user: string | undefined;
}

/**
 * Starts an agent, whose shell waits for the first viewer. Returns undefined if the machine does not have the
 * agent's program, for example because its volume was removed and recreated empty.
 * @throws SHELL_NOT_STARTED, CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING
 */
export async function startHeldShell(
  machine: ReachedMachine,
  name: string,
  spec: ShellSpec,
): Promise<HeldShell | undefined> {
  const mark = newMark();
  const container = machine.docker.getContainer(machine.id);
  if (!(await startHolder(container, { name, mark, spec }))) return undefined;
  const stream = await reach(machine, name);
  const shell = stream && (await held(stream, spec));
  if (shell) return shell;
  await endInside(container, { leader: undefined, mark, user: spec.user });
  throw fault('SHELL_NOT_STARTED', { problem: 'it did not answer in time' });
}

/** Connects to a waiting shell; undefined if it is gone. */
export async function reachHeldShell(machine: ReachedMachine, name: string): Promise<HeldStream | undefined> {
  try {
    return new HeldStream(await connectInMachine(machine, [...SOCKETS, name]));
  } catch {
    // Whatever the reason, no agent can be reached.
    return undefined;
  }
}

async function startHolder(
  container: Docker.Container,
  { name, mark, spec }: { name: string; mark: string; spec: ShellSpec },
): Promise<boolean> {
  const exec = await createExec(container, {
    Cmd: [HOLDER, `/${SOCKETS.join('/')}/${name}`, ...spec.command],
    Env: [
      ...environmentList(spec.environment),
      mark,
      ...(spec.workingDirectory === undefined ? ['BERTH_HOLD_HOME=1'] : []),
    ],
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
  });
  try {
    const answer = await call(() => exec.start({ Detach: true }));
    // The answer is empty; reading it frees the connection.
    answer.resume();
    return true;
  } catch (error) {
    if (isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING', 'ENGINE_UNREACHABLE')) throw error;
    if (!hasStatus(error, 400, 409, 500)) throw error;
    const problem = engineMessage(error);
    if (problem.includes(HOLDER)) return false;
    throw fault('SHELL_NOT_STARTED', { problem }, error);
  }
}

async function reach(machine: ReachedMachine, name: string): Promise<HeldStream | undefined> {
  const start = performance.now();
  for (let waited = 0; waited < START_LIMIT_MS; waited = performance.now() - start) {
    const stream = await reachHeldShell(machine, name);
    if (stream) return stream;
    await sleep(Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, waited * POLL_FRACTION)));
  }
  return undefined;
}

/** Waits for the agent's first message; disconnects and returns undefined if it does not arrive in time. */
export async function greeted(stream: HeldStream): Promise<Hello | undefined> {
  const timer = setTimeout(() => stream.destroy(), START_LIMIT_MS);
  const hello = await stream.hello;
  clearTimeout(timer);
  return hello;
}

/** Waits for the agent's last message; disconnects and returns undefined if it does not arrive in time. */
export async function saidEnd(stream: HeldStream, limitMs = START_LIMIT_MS): Promise<HeldEnd | undefined> {
  const timer = setTimeout(() => stream.destroy(), limitMs);
  const end = await stream.over;
  clearTimeout(timer);
  return end;
}

async function held(stream: HeldStream, { command, user }: ShellSpec): Promise<HeldShell | undefined> {
  const hello = await greeted(stream);
  if (!hello) return undefined;
  if (hello.leader) return { stream, leader: hello.leader, user };
  const end = await saidEnd(stream);
  const problem = end && 'problem' in end ? end.problem : 'it ended at once';
  throw fault('SHELL_NOT_STARTED', { problem: `${command[0] ?? ''}: ${problem}` });
}
