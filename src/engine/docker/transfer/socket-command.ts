import { randomBytes } from 'node:crypto';
import type { OnReadOpts, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import type { ExecResult, ExecSpec } from '../../engine-exec.ts';
import { runExec } from '../exec/exec.ts';
import { CARRIER, SOCKETS } from '../holder/holder-volume.ts';
import { connectInMachine } from '../holder/machine-socket.ts';
import type { ReachedMachine } from '../holder/reach.ts';
import { deferred } from '../../../core/async.ts';

/** The launcher listens within milliseconds; a machine without processor time may need seconds. */
const START_LIMIT_MS = 15_000;
/** Longest wait for the launcher to accept the token, in milliseconds. */
const ANSWER_LIMIT_MS = 5_000;
/** Length of the socket's name and of the token for this process, in bytes: nobody can guess them. */
const NAME_BYTES = 16;

/** A command whose input or output is a socket of this process. */
interface SocketCommand {
  socket: Socket;
  /** Input of the command's descriptor 3, if the socket is its standard input. */
  messages: Writable;
  /** The result, including everything printed outside the socket. */
  result: Promise<ExecResult>;
  /**
   * Ends the command with all processes that it started; `result` then fails with `reason`. Succeeds if it
   * already ended.
   */
  end(reason: Error): Promise<void>;
}

type SocketCommandSpec = Pick<
  ExecSpec,
  'command' | 'user' | 'environment' | 'timeoutMs' | 'outputLimitBytes' | 'signal'
>;

/**
 * Starts a command with the launcher in its machine, with the socket as its input ("in") or its
 * output ("out"). Returns undefined, and starts nothing, if that is impossible.
 * @throws CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING, the reason of the signal
 */
export async function startSocketCommand(
  machine: ReachedMachine,
  direction: 'in' | 'out',
  spec: SocketCommandSpec,
  onread?: OnReadOpts,
): Promise<SocketCommand | undefined> {
  const [name, token] = [newSecret(), newSecret()];
  const closing = new AbortController();
  const messages = new PassThrough();
  const launcher = createLauncherMessages();
  const signal = spec.signal ? AbortSignal.any([spec.signal, closing.signal]) : closing.signal;
  const options = { ...spec, inputStream: messages, onOutput: launcher.add, signal };
  const ending = runExec(machine.docker.getContainer(machine.id), options, {
    through: [CARRIER, direction],
    // Output outside the socket reports problems; its start is enough.
    endsAtLimit: false,
  });
  let hasEnded = false;
  const ended = () => (hasEnded = true);
  ending.then(ended, ended);
  messages.write(`/${SOCKETS.join('/')}/${name} ${token}\n`);

  async function connect(): Promise<Socket | undefined> {
    if (!(await firstInTime(START_LIMIT_MS, [launcher.listening, falseAfter(ending)]))) return undefined;
    const socket = await connectInMachine(machine, [...SOCKETS, name], onread).catch(() => undefined);
    if (!socket) return undefined;
    socket.write(token);
    let isKnown = false;
    try {
      isKnown = await firstInTime(ANSWER_LIMIT_MS, [launcher.connected, falseAfter(ending)]);
    } finally {
      if (!isKnown) socket.destroy();
    }
    return isKnown ? socket : undefined;
  }

  async function end(reason: Error): Promise<void> {
    if (hasEnded) return;
    closing.abort(reason);
    await ending.catch((error: unknown) => {
      if (error !== closing.signal.reason) throw error;
    });
  }

  const socket = await connect();
  if (!socket) {
    await end(new Error('The launcher did not answer on its socket.'));
    return undefined;
  }
  const result = ending.then((ended) => ({ ...ended, stdout: launcher.outputOf(ended.stdout) }));
  result.catch(() => undefined);
  return { socket, messages, result, end };
}

const newSecret = () => randomBytes(NAME_BYTES).toString('hex');

/** Resolves with false when the command has ended. @throws the command's error */
const falseAfter = (ending: Promise<unknown>) => ending.then(() => false);

/** Returns whether the first of `events` resolves with true before the timeout. */
async function firstInTime(milliseconds: number, events: Promise<boolean>[]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([...events, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Messages that the launcher prints before the command's own output. */
const LISTENING = 'listening\n';
const CONNECTED = 'connected\n';
const BOTH = LISTENING + CONNECTED;

/** Reads the messages that the launcher prints before it executes the command. Ignores any other output. */
export function createLauncherMessages() {
  const listening = deferred<boolean>();
  const connected = deferred<boolean>();
  let received = '';
  return {
    /** Resolves with true when the launcher accepts connections. */
    listening: listening.promise,
    /** Resolves with true when it has accepted this process's token. */
    connected: connected.promise,
    add(bytes: Buffer): void {
      if (received.length >= BOTH.length) return;
      received += bytes.toString('latin1', 0, BOTH.length);
      if (received.startsWith(LISTENING)) listening.resolve(true);
      if (received.startsWith(BOTH)) connected.resolve(true);
    },
    /** Returns the command's own output without the launcher's messages. */
    outputOf: (printed: Buffer) => printed.subarray(BOTH.length),
  };
}
