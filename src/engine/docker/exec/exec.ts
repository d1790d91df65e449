import type { Duplex, Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { CHECK_RUNNER } from '../../engine-exec.ts';
import type { ExecResult, ExecSpec } from '../../engine-exec.ts';
import { endInside, newMark } from '../environments/ending.ts';
import { waitForExit } from './exec-exit.ts';
import { createExecOutput } from './exec-output.ts';
import { createExec } from '../nested/exec-user.ts';
import type { ExecOutput } from './exec-output.ts';
import { call } from '../faults.ts';
import { environmentList } from '../environments/machine-config.ts';
import { announced } from './shell-leader.ts';
import { deferred } from '../../../core/deferred.ts';
import type { Deferred } from '../../../core/deferred.ts';

/** How often the engine is asked about a command whose input waits, in milliseconds. */
const LOOK_MS = 500;

/**
 * Closes the connection of a command that has ended with input of it unread: the engine notes the end, but
 * may go on to wait for somebody to read, and then never closes it. Returns what stops looking.
 */
function closeWhenUnread(stream: Duplex, exec: Docker.Exec): () => void {
  let hasEnded = false;

  async function look(): Promise<void> {
    if (stream.writableLength === 0) return;
    // What it printed last has come by the second time.
    if (hasEnded) stream.destroy();
    const { Running, ExitCode } = await exec.inspect();
    hasEnded = !Running && ExitCode !== null;
  }

  stream.on('data', () => (hasEnded = false));
  // An engine that does not answer says so wherever else it is asked.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
  return () => clearInterval(timer);
}

/** How long a command that is to be ended may take to appear: ending it before would miss it. */
const APPEARANCE_MS = 10_000;

/** Exit codes of what may not run, and of what is not there. */
const NOT_STARTED = new Set([126, 127]);

type Cut = 'timed-out' | 'output-limit' | 'aborted' | 'closed';

/** How a command is run, beside what is asked for. */
export interface ExecManner {
  /** Program by which the command is started, and its arguments before that. */
  through?: readonly string[];
  /** Whether the command is ended when it prints more than its limit; if not, what is more is thrown away. */
  endsAtLimit?: boolean;
}

/** Runs a command to its end, or ends it with all that it started. */
export async function runExec(
  container: Docker.Container,
  spec: ExecSpec,
  { through, endsAtLimit = true }: ExecManner = {},
): Promise<ExecResult> {
  spec.signal?.throwIfAborted();
  const mark = newMark();
  const cut = deferred<Cut>();
  let inputError: unknown;
  const failInput = (error: unknown) => {
    inputError = error;
    cut.resolve('aborted');
  };
  // From the beginning, since it may break before anybody reads it.
  spec.inputStream?.once('error', failInput);
  const exec = await createExec(container, execOptions(spec, mark, through));
  // What was given up meanwhile is not started; from here on the listener hears of it.
  spec.signal?.throwIfAborted();
  const started = deferred<void>();
  const output = createExecOutput(spec.outputLimitBytes, {
    started: () => started.resolve(),
    limit: () => endsAtLimit && cut.resolve('output-limit'),
    output: spec.onOutput,
  });
  const timer = setTimeout(() => cut.resolve('timed-out'), spec.timeoutMs);
  let stopLooking: (() => void) | undefined;
  const abort = () => cut.resolve('aborted');
  spec.signal?.addEventListener('abort', abort, { once: true });
  try {
    const stream = await call(() => exec.start({ hijack: true, stdin: true }));
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    void closed.then(() => cut.resolve('closed'));
    stream.on('error', () => stream.destroy()).on('data', output.add);
    stopLooking = closeWhenUnread(stream, exec);
    if (spec.inputStream) void feed(stream, spec.inputStream, failInput);
    else stream.end(spec.input);
    const outcome = await cut.promise;
    if (outcome !== 'closed') await endCommand({ container, spec, mark, stream, output, started, closed });
    if (outcome === 'aborted') throw inputError ?? spec.signal?.reason;
    return outcome === 'closed'
      ? await resultOf(container, exec, output)
      : { outcome, exitCode: undefined, ...taken(output) };
  } finally {
    clearTimeout(timer);
    stopLooking?.();
    spec.signal?.removeEventListener('abort', abort);
    spec.inputStream?.off('error', failInput);
  }
}

/**
 * Writes the command's input; what breaks on the command's side shows in its end. Where the input
 * breaks, the command's connection stays: what ends the command waits there for its beginning.
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

/** Resolves when the stream takes more, or is closed. */
export function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.on('drain', settle).on('close', settle);
  });
}

function execOptions(spec: ExecSpec, mark: string, through: ExecManner['through']): Docker.ExecCreateOptions {
  return {
    // A shell of the machine's, for as short as it is there, would be in reach of the learner's programs.
    Cmd:
      spec.checkSeconds === undefined
        ? announced(spec.command, { through })
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
  // The engine can lose what a command printed that was over at once; its exit code it does not.
  const ran = output.leader !== undefined || (output.failure === undefined && !NOT_STARTED.has(exitCode));
  if (ran) return { outcome: 'exited', exitCode, ...taken(output) };
  const stderr = Buffer.from(output.failure ?? 'it was not there to be started');
  return { outcome: 'not-started', exitCode: undefined, stdout: Buffer.alloc(0), stderr };
}

function taken(output: ExecOutput): { stdout: Buffer; stderr: Buffer } {
  return { stdout: output.take('stdout'), stderr: output.take('stderr') };
}
