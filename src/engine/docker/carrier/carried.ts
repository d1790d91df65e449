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

/** A carrier listens within milliseconds; a machine that is starved of processor time may take seconds. */
const START_LIMIT_MS = 15_000;
/** How long it may take to know who has connected, in milliseconds. */
const ANSWER_LIMIT_MS = 5_000;
/** Of the name of its socket, and of what it knows this process by, in bytes: nobody guesses them. */
const NAME_BYTES = 16;

/** A command whose input or output is a socket of this process's. */
export interface Carried {
  socket: Socket;
  /** What it finds at its descriptor 3, where the socket is its input. */
  words: Writable;
  /** How it ended, and what it printed beside the socket. */
  result: Promise<ExecResult>;
  /** Ends it with all that it started, and has `result` fail with `reason`. Succeeds where it has ended. */
  end(reason: Error): Promise<void>;
}

type CarriedSpec = Pick<
  ExecSpec,
  'command' | 'user' | 'environment' | 'timeoutMs' | 'outputLimitBytes' | 'signal'
>;

/**
 * Starts a command by the carrier in its machine, images/holder/carrier.c: with the socket as its input
 * ("in") or its output ("out"). Undefined where that is not to be had, and then it was not started.
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
    // What is printed beside the socket says what went wrong, and the beginning of it is enough.
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
    await end(new Error('Nothing answered at its socket.'));
    return undefined;
  }
  const result = ending.then((ended) => ({ ...ended, stdout: said.without(ended.stdout) }));
  result.catch(() => undefined);
  return { socket, words, result, end };
}

const newSecret = () => randomBytes(NAME_BYTES).toString('hex');

/** False once the command has ended. @throws as that does */
const noneAfter = (ending: Promise<unknown>) => ending.then(() => false);

/** Whether the first of `events` to happen is one that was hoped for, and is in time. */
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
