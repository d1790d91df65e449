import type { Duplex, Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { CHECK_RUNNER } from '../../engine-exec.ts';
import type { ExecResult, ExecSpec } from '../../engine-exec.ts';
import { endInside, newMark } from '../environments/ending.ts';
import { waitForExit, createExecOutput } from './exec-output.ts';
import { createExec } from '../environments/machine-user.ts';
import type { ExecOutput } from './exec-output.ts';
import { call } from '../faults.ts';
import { environmentList } from '../environments/machine-config.ts';
import { withAnnouncement } from './shell-leader.ts';
import { deferred } from '../../../core/async.ts';
import type { Deferred } from '../../../core/async.ts';

/** How often to ask the engine about a command that does not read its input, in milliseconds. */
const POLL_MS = 500;

/**
 * Closes the connection of a command that has ended without reading all of its input. The engine records the
 * end, but may keep waiting for a reader and never close the connection. Returns a function that stops the
 * polling.
 */
function closeWhenUnread(stream: Duplex, exec: Docker.Exec): () => void {
  let hasEnded = false;

  async function poll(): Promise<void> {
    if (stream.writableLength === 0) return;
    // By the second poll, the command's last output has arrived.
    if (hasEnded) stream.destroy();
    const { Running, ExitCode } = await exec.inspect();
    hasEnded = !Running && ExitCode !== null;
  }

  stream.on('data', () => (hasEnded = false));
  // If the engine does not answer, other calls report that.
  const timer = setInterval(() => void poll().catch(() => undefined), POLL_MS);
  return () => clearInterval(timer);
}

/**
 * Longest wait for a command to appear before it is ended: ending it earlier would miss it. In milliseconds.
 */
const APPEARANCE_MS = 10_000;

/** Exit codes of a command that may not run, or does not exist. */
const NOT_STARTED = new Set([126, 127]);

type Outcome = 'timed-out' | 'output-limit' | 'aborted' | 'closed';

/** How to run a command, in addition to its specification. */
interface ExecOptions {
  /** Program that executes the command, with its first arguments. */
  through?: readonly string[];
  /** Whether to end the command if it prints more than its limit; otherwise the excess is discarded. */
  endsAtLimit?: boolean;
}

/** Runs a command and waits for its end, or ends it with all processes that it started. */
export async function runExec(
  container: Docker.Container,
  spec: ExecSpec,
  { through, endsAtLimit = true }: ExecOptions = {},
): Promise<ExecResult> {
  spec.signal?.throwIfAborted();
  const mark = newMark();
  const ended = deferred<Outcome>();
  let inputError: unknown;
  const failInput = (error: unknown) => {
    inputError = error;
    ended.resolve('aborted');
  };
  // Registered first, because the stream may fail before anybody reads it.
  spec.inputStream?.once('error', failInput);
  const exec = await createExec(container, execOptions(spec, mark, through));
  // A command that was aborted by now is not started. Later aborts reach the listener.
  spec.signal?.throwIfAborted();
  const started = deferred<void>();
  const output = createExecOutput(spec.outputLimitBytes, {
    started: () => started.resolve(),
    limit: () => endsAtLimit && ended.resolve('output-limit'),
    output: spec.onOutput,
  });
  const timer = setTimeout(() => ended.resolve('timed-out'), spec.timeoutMs);
  let stopPolling: (() => void) | undefined;
  const abort = () => ended.resolve('aborted');
  spec.signal?.addEventListener('abort', abort, { once: true });
  try {
    const stream = await call(() => exec.start({ hijack: true, stdin: true }));
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    void closed.then(() => ended.resolve('closed'));
    stream.on('error', () => stream.destroy()).on('data', output.add);
    stopPolling = closeWhenUnread(stream, exec);
    if (spec.inputStream) void feed(stream, spec.inputStream, failInput);
    else stream.end(spec.input);
    const outcome = await ended.promise;
    if (outcome !== 'closed') await endCommand({ container, spec, mark, stream, output, started, closed });
    if (outcome === 'aborted') throw inputError ?? spec.signal?.reason;
    return outcome === 'closed'
      ? await resultOf(container, exec, output)
      : { outcome, exitCode: undefined, ...outputOf(output) };
  } finally {
    clearTimeout(timer);
    stopPolling?.();
    spec.signal?.removeEventListener('abort', abort);
    spec.inputStream?.off('error', failInput);
  }
}

/**
 * Writes the command's input. Errors of the command's side show in its end. After an input error, the
 * command's connection stays open: the code that ends the command waits there for its start.
 */
async function feed(stream: Duplex, input: Readable, fail: (error: unknown) => void): Promise<void> {
  try {
    const chunks: AsyncIterable<Buffer> = input.iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) {
      if (stream.destroyed) return;
      if (!stream.write(chunk)) await drained(stream);
    }
    stream.end();
  } catch (error) {
    fail(error);
  }
}

/** Resolves when the stream accepts more, or is closed. */
export function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.on('drain', settle).on('close', settle);
  });
}

function execOptions(
  spec: ExecSpec,
  mark: string,
  through: ExecOptions['through'],
): Docker.ExecCreateOptions {
  return {
    // The learner's programs could tamper with a shell in the machine, however short it runs.
    Cmd:
      spec.checkSeconds === undefined
        ? withAnnouncement(spec.command, { through })
        : [CHECK_RUNNER, String(spec.checkSeconds), ...spec.command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Env: [...environmentList(spec.environment), mark],
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
  };
}

async function endCommand(running: {
  container: Docker.Container;
  spec: ExecSpec;
  mark: string;
  stream: Duplex;
  output: ExecOutput;
  started: Deferred<void>;
  closed: Promise<void>;
}): Promise<void> {
  const { container, spec, mark, stream, output, started, closed } = running;
  const timer = setTimeout(() => started.resolve(), APPEARANCE_MS);
  await Promise.race([started.promise, closed]);
  clearTimeout(timer);
  const { leader } = output;
  try {
    await endInside(container, { leader, mark, user: spec.user });
  } finally {
    stream.destroy();
  }
  await closed;
}

async function resultOf(
  container: Docker.Container,
  exec: Docker.Exec,
  output: ExecOutput,
): Promise<ExecResult> {
  const exitCode = await waitForExit(container, exec);
  if (exitCode === undefined) {
    await call(() => container.inspect());
    throw fault('MACHINE_NOT_RUNNING');
  }
  // The engine can lose the output of a command that ended immediately, but not its exit code.
  const ran = output.leader !== undefined || (output.failure === undefined && !NOT_STARTED.has(exitCode));
  if (ran) return { outcome: 'exited', exitCode, ...outputOf(output) };
  const stderr = Buffer.from(output.failure ?? 'the command does not exist or may not run');
  return { outcome: 'not-started', exitCode: undefined, stdout: Buffer.alloc(0), stderr };
}

function outputOf(output: ExecOutput): { stdout: Buffer; stderr: Buffer } {
  return { stdout: output.take('stdout'), stderr: output.take('stderr') };
}
