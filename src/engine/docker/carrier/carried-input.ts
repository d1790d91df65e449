import type { ExecInput, ExecInputSpec } from '../../engine-exec.ts';
import { drained } from '../exec/exec.ts';
import type { ReachedMachine } from '../holder/reach.ts';
import { startCarried } from './carried.ts';

/** Implements the engine port's execInput. */
export async function openCarriedInput(
  machine: ReachedMachine,
  spec: ExecInputSpec,
): Promise<ExecInput | undefined> {
  const carried = await startCarried(machine, 'in', spec);
  if (!carried) return undefined;
  const { socket, words, result } = carried;
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
