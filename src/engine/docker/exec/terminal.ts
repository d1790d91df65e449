import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { isFault } from '../../../core/errors.ts';
import type { EngineTerminal, TerminalEnd, TerminalSpec } from '../../engine-terminals.ts';
import { endInside } from '../environments/ending.ts';
import { waitForExit } from './exec-output.ts';
import { call, hasStatus } from '../faults.ts';
import { shellHandle } from './shell-leader.ts';
import { startShell } from './shell-opening.ts';
import type { OpenShell } from './shell-opening.ts';

/** Longest time for the stream of an ended shell to deliver its remaining output, in milliseconds. */
const DRAIN_MS = 1_000;

/** Opens a shell on a new terminal; its bytes are the engine's raw stream. */
export async function openTerminal(
  container: Docker.Container,
  spec: TerminalSpec,
  { sizesAtStart }: { sizesAtStart: () => Promise<boolean> },
): Promise<EngineTerminal> {
  const { rows, cols, beforeStart } = spec;
  const sized = await sizesAtStart();
  const shell = await startShell(container, spec, { size: [rows, cols], waits: false });
  const terminal = terminalOf(shell);
  await runBeforeStart(terminal, beforeStart);
  if (sized) return terminal;
  try {
    await terminal.resize(rows, cols);
    return terminal;
  } catch (error) {
    shell.stream.destroy();
    throw error;
  }
}

/** Calls `beforeStart` with the shell. @throws the error of `beforeStart`, after it ended the shell */
export async function runBeforeStart(
  terminal: EngineTerminal,
  beforeStart: TerminalSpec['beforeStart'],
): Promise<void> {
  try {
    await beforeStart?.(terminal);
  } catch (error) {
    await terminal.end();
    throw error;
  }
}

/** Returns the terminal of a shell that runs, or is about to. */
export function terminalOf(shell: OpenShell): EngineTerminal {
  const { exec, stream, leader, user } = shell;
  let ending: Promise<void> | undefined;
  return {
    stream,
    offset: 0,
    durable: false,
    shell: shellHandle({ leader, user }),
    resize: (rows, cols) => resize(exec, rows, cols),
    over: endOf(shell),
    end() {
      // A failed attempt is repeated by the next call.
      ending ??= endShellOf(shell).catch((error: unknown) => {
        ending = undefined;
        throw error;
      });
      return ending;
    },
  };
}

async function resize(exec: Docker.Exec, rows: number, cols: number): Promise<void> {
  try {
    await call(() => exec.resize({ h: rows, w: cols }));
  } catch (error) {
    // A shell that has ended has no size: 404, or 409 and 500 at the moment of its end.
    if (!hasStatus(error, 404, 409, 500)) throw error;
  }
}

/** Returns the exit code at the stream's end. Ends the shell if only its connection was lost. */
async function endOf({ container, exec, stream, leader, user }: OpenShell): Promise<TerminalEnd> {
  await closed(stream);
  try {
    if (!stream.readableEnded) await endInside(container, { leader, user });
    return { exitCode: await waitForExit(container, exec) };
  } catch (error) {
    // The machine is gone, or its engine is down: endShell ends the shell once the engine is back.
    if (isFault(error)) return { exitCode: undefined };
    throw error;
  }
}

/** Ends the shell. Waits for the stream's remaining output, for a limited time. */
export async function endShellOf({
  container,
  leader,
  user,
  stream,
}: Omit<OpenShell, 'exec'>): Promise<void> {
  await endInside(container, { leader, user });
  if (stream.closed) return;
  const timer = setTimeout(() => stream.destroy(), DRAIN_MS);
  await closed(stream);
  clearTimeout(timer);
}

export async function closed(stream: Duplex): Promise<void> {
  if (stream.closed) return;
  await new Promise((resolve) => stream.once('close', resolve));
}
