import type Docker from 'dockerode';
import type { ShellSpec } from '../engine-terminals.ts';
import { readOpening } from './opening-reader.ts';
import { begunAt, shellHandle } from './shell-leader.ts';
import { startShell } from './shell-opening.ts';
import { closed, orEnd, terminalOf } from './terminal.ts';
import type { WaitingShell } from './waiting-shells.ts';

/** Size of a terminal that nobody has looked at yet. */
const SIZE: [rows: number, cols: number] = [24, 80];

/** Starts a shell that waits, over the engine's own stream. @throws SHELL_NOT_STARTED */
export async function waitInExec(container: Docker.Container, spec: ShellSpec): Promise<WaitingShell> {
  const shell = await startShell(container, spec, { size: SIZE, waits: true });
  const { stream } = shell;
  // What the terminal says meanwhile is for nobody; a stream that is not read does not tell of its end.
  const drain = () => void stream.read();
  stream.on('readable', drain);
  return {
    handle: shellHandle(shell),
    gone: closed(stream),
    async take({ rows, cols, note }) {
      stream.off('readable', drain);
      const terminal = terminalOf(shell);
      await orEnd(terminal, note);
      try {
        await terminal.resize(rows, cols);
        stream.write('\n');
        // The terminal echoes the line before the shell says that it goes on.
        if (!('state' in (await readOpening(stream, begunAt)))) return terminal;
      } catch (error) {
        stream.destroy();
        throw error;
      }
      stream.destroy();
      await terminal.over;
      return undefined;
    },
    leave: () => stream.destroy(),
  };
}
