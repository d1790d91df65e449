import type { ExecInput, ExecInputSpec } from '../../engine-exec.ts';
import { drained } from '../exec/exec.ts';
import type { ReachedMachine } from '../holder/reach.ts';
import { startCarried } from './carried.ts';

/** As the engine port's execInput. */
export async function openCarriedInput(
  machine: ReachedMachine,
  spec: ExecInputSpec,
): Promise<ExecInput | undefined> {
  const carried = await startCarried(machine, 'in', spec);
  if (!carried) return undefined;
  const { socket, words, result } = carried;
  // It has nothing to say there, and whatever else is said is not read.
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
      // Not before the machine has all, and never if it will not: the reader of these words takes it for whole.
      // A socket that the command has closed, at a moment when nothing was to be written, ended without a fault.
      const isOpen = socket.writable;
      socket.end(() => {
        if (isOpen && socket.writableFinished) words.write(last);
        words.end();
      });
    },
    giveUp() {
      words.end();
      socket.destroy();
    },
  };
}
