import { randomBytes } from 'node:crypto';
import type { OnReadOpts, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import type { ExecResult, ExecSpec } from '../../engine-exec.ts';
import { runExec } from '../exec/exec.ts';
import { CARRIER, SOCKETS } from '../holder/holder-volume.ts';
import { connectInMachine } from '../holder/machine-socket.ts';
import type { ReachedMachine } from '../holder/reach.ts';
import { createCarrierWords } from './carrier-words.ts';

/** The launcher listens within milliseconds; a machine without processor time may need seconds. */
const START_LIMIT_MS = 15_000;
/** Longest wait for the launcher to accept the token, in milliseconds. */
const ANSWER_LIMIT_MS = 5_000;
/** Length of the socket's name and of the token for this process, in bytes: nobody can guess them. */
const NAME_BYTES = 16;

/** A command whose input or output is a socket of this process. */
export interface Carried {
  socket: Socket;
  /** Input of the command's descriptor 3, if the socket is its standard input. */
  words: Writable;
  /** The result, including everything printed outside the socket. */
  result: Promise<ExecResult>;
  /**
   * Ends the command with all processes that it started; `result` then fails with `reason`. Succeeds if it
   * already ended.
   */
  end(reason: Error): Promise<void>;
}

type CarriedSpec = Pick<
  ExecSpec,
  'command' | 'user' | 'environment' | 'timeoutMs' | 'outputLimitBytes' | 'signal'
>;

/**
 * Starts a command with the launcher in its machine (carrier.c), with the socket as its input ("in") or its
 * output ("out"). Returns undefined, and starts nothing, if that is impossible.
 * @throws CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING, the reason of the signal
 */
export async function startCarried(
  machine: ReachedMachine,
  direction: 'in' | 'out',
  spec: CarriedSpec,
  onread?: OnReadOpts,
): Promise<Carried | undefined> {
  const [name, token] = [newSecret(), newSecret()];
  const over = new AbortController();
  const words = new PassThrough();
  const said = createCarrierWords();
  const signal = spec.signal ? AbortSignal.any([spec.signal, over.signal]) : over.signal;
  const by = { ...spec, inputStream: words, onOutput: said.add, signal };
  const ending = runExec(machine.docker.getContainer(machine.id), by, {
    through: [CARRIER, direction],
    // Output outside the socket reports problems; its start is enough.
    endsAtLimit: false,
  });
  let hasEnded = false;
  const ended = () => (hasEnded = true);
  ending.then(ended, ended);
  words.write(`/${SOCKETS.join('/')}/${name} ${token}\n`);

  async function join(): Promise<Socket | undefined> {
    if (!(await within(START_LIMIT_MS, [said.listening, noneAfter(ending)]))) return undefined;
    const socket = await connectInMachine(machine, [...SOCKETS, name], onread).catch(() => undefined);
    if (!socket) return undefined;
    socket.write(token);
    let isKnown = false;
    try {
      isKnown = await within(ANSWER_LIMIT_MS, [said.connected, noneAfter(ending)]);
    } finally {
      if (!isKnown) socket.destroy();
    }
    return isKnown ? socket : undefined;
  }

  async function end(reason: Error): Promise<void> {
    if (hasEnded) return;
    over.abort(reason);
    await ending.catch((error: unknown) => {
      if (error !== over.signal.reason) throw error;
    });
  }

  const socket = await join();
  if (!socket) {
    await end(new Error('The launcher did not answer on its socket.'));
    return undefined;
  }
  const result = ending.then((ended) => ({ ...ended, stdout: said.without(ended.stdout) }));
  result.catch(() => undefined);
  return { socket, words, result, end };
}

const newSecret = () => randomBytes(NAME_BYTES).toString('hex');

/** Resolves with false when the command has ended. @throws the command's error */
const noneAfter = (ending: Promise<unknown>) => ending.then(() => false);

/** Returns whether the first of `events` resolves with true before the timeout. */
async function within(milliseconds: number, events: Promise<boolean>[]): Promise<boolean> {
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
