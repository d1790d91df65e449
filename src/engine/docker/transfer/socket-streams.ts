import type { ExecInput, ExecInputSpec, ExecOutputSpec, ExecResult } from '../../engine-exec.ts';
import { drained } from '../exec/exec.ts';
import type { ReachedMachine } from '../holder/reach.ts';
import { startSocketCommand } from './socket-command.ts';
import type { ByteSource } from '../../../core/byte-source.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { createChunkQueue } from '../exec/chunk-queue.ts';

/** Implements the engine port's execInput. */
export async function openSocketInput(
  machine: ReachedMachine,
  spec: ExecInputSpec,
): Promise<ExecInput | undefined> {
  const command = await startSocketCommand(machine, 'in', spec);
  if (!command) return undefined;
  const { socket, messages, result } = command;
  // The command prints nothing to the socket; anything else that arrives is not read.
  socket.pause();
  result.then(
    () => socket.destroy(),
    () => socket.destroy(),
  );
  return {
    result,
    async write(bytes) {
      if (socket.writable && !socket.write(bytes)) await drained(socket);
    },
    end(last) {
      // The last message means that the input is complete, so it is written only after the machine has all
      // input. If the command already closed an idle socket, that socket ended without an error.
      const isOpen = socket.writable;
      socket.end(() => {
        if (isOpen && socket.writableFinished) messages.write(last);
        messages.end();
      });
    },
    giveUp() {
      messages.end();
      socket.destroy();
    },
  };
}

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
export async function openSocketOutput(
  machine: ReachedMachine,
  spec: ExecOutputSpec,
): Promise<ByteSource | undefined> {
  const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES);
  const queue = createChunkQueue(() => command?.socket.resume());
  const onread = {
    buffer: memory,
    callback(length: number) {
      queue.add(memory.subarray(0, length));
      return queue.flush();
    },
  };
  const limits = { timeoutMs: NO_LIMIT_MS, outputLimitBytes: ERROR_OUTPUT_BYTES };
  const command = await startSocketCommand(machine, 'out', { ...spec, ...limits }, onread);
  if (!command) return undefined;
  const { socket, messages, result, end } = command;
  messages.end();
  const finish = () => void result.then(endOf, problemOf).then(queue.end);
  if (socket.closed) finish();
  else socket.once('close', finish);
  return {
    read: queue.read,
    close(reason = new Error('It was closed.')) {
      queue.discard(reason);
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
