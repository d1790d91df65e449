import type { ByteSource } from '../../../core/byte-source.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { ExecOutputSpec, ExecResult } from '../../engine-exec.ts';
import type { ReachedMachine } from '../holder/reach.ts';
import { createIntake } from '../exec/intake.ts';
import { startCarried } from './carried.ts';

/** Size of the read buffer of the socket, in bytes. */
const MEMORY_BYTES = 256 * 1024;
/** Error output to keep, in bytes: enough to report the problem. */
const ERROR_OUTPUT_BYTES = 2_048;
/** The reader sets its own limit; this is the longest possible timer, in milliseconds. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/**
 * Implements the engine port's execOutput. Returns undefined, and runs nothing, if the machine's launcher
 * does not answer.
 */
export async function openCarriedOutput(
  machine: ReachedMachine,
  spec: ExecOutputSpec,
): Promise<ByteSource | undefined> {
  const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES);
  const intake = createIntake(() => carried?.socket.resume());
  const onread = {
    buffer: memory,
    callback(length: number) {
      intake.add(memory.subarray(0, length));
      return intake.hand();
    },
  };
  const limits = { timeoutMs: NO_LIMIT_MS, outputLimitBytes: ERROR_OUTPUT_BYTES };
  const carried = await startCarried(machine, 'out', { ...spec, ...limits }, onread);
  if (!carried) return undefined;
  const { socket, words, result, end } = carried;
  words.end();
  const over = () => void result.then(endOf, problemOf).then(intake.end);
  if (socket.closed) over();
  else socket.once('close', over);
  return {
    read: intake.read,
    close(reason = new Error('It was closed.')) {
      intake.drop(reason);
      socket.destroy();
      return end(reason);
    },
  };
}

/** Converts the command's result to an error; undefined if it succeeded. */
function endOf({ exitCode, stderr }: ExecResult): Error | undefined {
  if (exitCode === 0) return undefined;
  return fault('COMMAND_FAILED', { exitCode: exitCode ?? -1, problem: stderr.toString().trim() });
}

const problemOf = (error: unknown) => (isFault(error) ? error : fault('INTERNAL', {}, error));
