import { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import type Docker from 'dockerode';
import { fault, isFault } from '../../errors.ts';
import type { ExecOutputSpec } from '../engine-exec.ts';
import { createDemultiplexer } from './demultiplexer.ts';
import { deferred } from './deferred.ts';
import { endInside, newMark } from './ending.ts';
import { waitForExit } from './exec-exit.ts';
import { call } from './faults.ts';
import { environmentList } from './machine-config.ts';
import { announced, parseAnnouncement } from './shell-leader.ts';
import type { Announcement, Leader } from './shell-leader.ts';

/** A command announces itself in milliseconds; a machine that is starved of processor time may take seconds. */
const ANNOUNCEMENT_TIMEOUT_MS = 15_000;
/** What is kept of error output, in bytes: enough to say what went wrong. */
const ERROR_OUTPUT_BYTES = 2_048;
/** Bytes read ahead of whoever reads the output. */
const AHEAD_BYTES = 256 * 1024;

/** Starts a command and gives its standard output as a stream, which carries how the command ended. */
export async function openExecOutput(container: Docker.Container, spec: ExecOutputSpec): Promise<Readable> {
  const mark = newMark();
  const exec = await call(() => container.exec(execOptions(spec, mark)));
  const stream = await call(() => exec.start({ hijack: true, stdin: true }));
  stream.end();
  const opening = deferred<Exclude<Announcement, { state: 'partial' }>>();
  const { user } = spec;
  const running: Running = {
    container,
    exec,
    stream,
    mark,
    user,
    leader: undefined,
    errors: Buffer.alloc(0),
  };
  const output = outputOf(running);
  // Whoever reads hears of it; there may be nobody yet.
  output.on('error', () => undefined);
  let head: Buffer | undefined = Buffer.alloc(0);

  const demultiplex = createDemultiplexer((channel, bytes) => {
    if (channel === 'stderr') return keepErrors(running, bytes);
    if (!head) {
      if (!output.push(bytes) && !output.destroyed) stream.pause();
      return;
    }
    head = Buffer.concat([head, bytes]);
    const announcement = parseAnnouncement(head);
    if (announcement.state === 'partial') return;
    head = undefined;
    if (announcement.state === 'started') {
      running.leader = announcement.leader;
      if (announcement.rest.length > 0) output.push(announcement.rest);
    }
    opening.resolve(announcement);
  });
  const silent = (problem: string) => opening.resolve({ state: 'failed', problem });
  const timer = setTimeout(() => silent('it did not begin in time'), ANNOUNCEMENT_TIMEOUT_MS);
  stream.on('error', () => stream.destroy()).on('data', demultiplex);
  stream.once('close', () => {
    silent(running.errors.toString().trim() || 'the engine closed the connection');
    void finish(running, output);
  });
  const announcement = await opening.promise;
  clearTimeout(timer);
  if (announcement.state === 'started') return output;
  output.destroy();
  throw fault('COMMAND_FAILED', { exitCode: 127, problem: announcement.problem });
}

interface Running {
  container: Docker.Container;
  exec: Docker.Exec;
  stream: Duplex;
  mark: string;
  user: string | undefined;
  leader: Leader | undefined;
  errors: Buffer;
}

function execOptions(spec: ExecOutputSpec, mark: string): Docker.ExecCreateOptions {
  return {
    Cmd: announced(spec.command),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Env: [...environmentList(spec.environment), mark],
    ...(spec.user !== undefined && { User: spec.user }),
  };
}

function outputOf(running: Running): Readable {
  const end = callbackify(() => endCommand(running));
  return new Readable({
    highWaterMark: AHEAD_BYTES,
    read: () => void running.stream.resume(),
    destroy: (error, done) => end((failure) => done(error ?? failure)),
  });
}

/** Ends what still runs. */
async function endCommand({ container, stream, leader, mark, user }: Running): Promise<void> {
  if (stream.closed) return;
  // The engine sees no end of a command whose output nobody takes, and of no other of the machine meanwhile.
  stream.resume();
  try {
    await endInside(container, { leader, mark, user: leader ? undefined : user });
  } finally {
    stream.destroy();
  }
}

function keepErrors(running: Running, bytes: Buffer): void {
  const room = ERROR_OUTPUT_BYTES - running.errors.length;
  if (room > 0) running.errors = Buffer.concat([running.errors, bytes.subarray(0, room)]);
}

/** Ends the output as the command ended. */
async function finish({ container, exec, errors }: Running, output: Readable): Promise<void> {
  if (output.destroyed) return;
  try {
    const exitCode = await waitForExit(container, exec);
    if (exitCode === 0) output.push(null);
    else if (exitCode === undefined) output.destroy(fault('MACHINE_NOT_RUNNING'));
    else output.destroy(fault('COMMAND_FAILED', { exitCode, problem: errors.toString().trim() }));
  } catch (error) {
    output.destroy(isFault(error) ? error : fault('INTERNAL', {}, error));
  }
}
