import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { ByteSource } from '../../../core/byte-source.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { ExecOutputSpec } from '../../engine-exec.ts';
import type { EngineConnection } from '../client.ts';
import { deferred } from '../../../core/async.ts';
import { createDemultiplexer, waitForExit } from './exec-output.ts';
import { readDirectly } from '../client.ts';
import { endInside, newMark } from '../environments/ending.ts';
import { call } from '../faults.ts';
import { createChunkQueue } from './chunk-queue.ts';
import { environmentList } from '../environments/machine-config.ts';
import { createExec } from '../environments/machine-user.ts';
import { withAnnouncement, parseAnnouncement } from './shell-leader.ts';
import type { Announcement, Leader } from './shell-leader.ts';

/** A command announces itself in milliseconds; a machine without processor time may need seconds. */
const ANNOUNCEMENT_TIMEOUT_MS = 15_000;
/** Error output to keep, in bytes: enough to report the problem. */
const ERROR_OUTPUT_BYTES = 2_048;

/** Starts a command and returns its standard output. Reading it fails if the command fails. */
export async function openExecOutput(
  { docker, direct }: Pick<EngineConnection, 'docker' | 'direct'>,
  machineId: string,
  spec: ExecOutputSpec,
): Promise<ByteSource> {
  const container = docker.getContainer(machineId);
  const mark = newMark();
  const { id } = await createExec(container, execOptions(spec, mark));
  const exec = direct.getExec(id);
  const stream = await call(() => exec.start({ hijack: true, stdin: true }));
  stream.end();
  const opening = deferred<Exclude<Announcement, { state: 'partial' }>>();
  const queue = createChunkQueue(() => stream.resume());
  const { user } = spec;
  const running: Running = { container, stream, mark, user, leader: undefined };
  let closing: Promise<void> | undefined;
  let errors: Buffer = Buffer.alloc(0);
  let head: Buffer | undefined = Buffer.alloc(0);

  const demultiplex = createDemultiplexer((channel, bytes) => {
    if (channel === 'stderr') {
      errors = Buffer.concat([errors, bytes.subarray(0, ERROR_OUTPUT_BYTES - errors.length)]);
      return;
    }
    if (!head) return queue.add(bytes);
    head = Buffer.concat([head, bytes]);
    const announcement = parseAnnouncement(head);
    if (announcement.state === 'partial') return;
    head = undefined;
    if (announcement.state === 'started') {
      running.leader = announcement.leader;
      queue.add(announcement.rest);
    }
    opening.resolve(announcement);
  });
  const fail = (problem: string) => opening.resolve({ state: 'failed', problem });
  const timer = setTimeout(() => fail('it did not start in time'), ANNOUNCEMENT_TIMEOUT_MS);
  stream.on('error', () => stream.destroy());
  stream.once('close', () => {
    const problem = errors.toString().trim();
    fail(problem || 'the engine closed the connection');
    if (!closing) void endOf(container, exec, problem).then(queue.end);
  });
  readDirectly(stream, (chunk) => {
    demultiplex(chunk);
    return queue.flush();
  });
  const close = (reason = new Error('It was closed.')) => {
    queue.discard(reason);
    return (closing ??= endCommand(running));
  };
  const announcement = await opening.promise;
  clearTimeout(timer);
  if (announcement.state === 'started') return { read: queue.read, close };
  // Usually nothing runs that could be ended, and the machine may have no shell to do it.
  close().catch(() => undefined);
  throw fault('COMMAND_FAILED', { exitCode: 127, problem: announcement.problem });
}

interface Running {
  container: Docker.Container;
  stream: Duplex;
  mark: string;
  user: string | undefined;
  leader: Leader | undefined;
}

function execOptions(spec: ExecOutputSpec, mark: string): Docker.ExecCreateOptions {
  return {
    Cmd: withAnnouncement(spec.command),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Env: [...environmentList(spec.environment), mark],
    ...(spec.user !== undefined && { User: spec.user }),
  };
}

/** Ends the command if it still runs. */
async function endCommand({ container, stream, leader, mark, user }: Running): Promise<void> {
  if (stream.closed) return;
  // While nobody reads the output, the engine does not record the end of this command or any other in the
  // machine.
  stream.resume();
  try {
    await endInside(container, { leader, mark, user });
  } finally {
    stream.destroy();
  }
}

/** Converts the command's end to an error; undefined if it succeeded. */
async function endOf(
  container: Docker.Container,
  exec: Docker.Exec,
  problem: string,
): Promise<Error | undefined> {
  try {
    const exitCode = await waitForExit(container, exec);
    if (exitCode === 0) return undefined;
    if (exitCode === undefined) return fault('MACHINE_NOT_RUNNING');
    return fault('COMMAND_FAILED', { exitCode, problem });
  } catch (error) {
    return isFault(error) ? error : fault('INTERNAL', {}, error);
  }
}
