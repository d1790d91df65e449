import { randomUUID } from 'node:crypto';
import { isFault } from '../../../errors.ts';
import type { EngineTerminal, ShellSpec, TerminalSpec } from '../../engine.ts';
import { endInside } from '../ending.ts';
import { leaderHandle } from '../shell-leader.ts';
import { closed, endShellOf } from '../terminal.ts';
import type { WaitingShell } from '../waiting-shells.ts';
import { reachHeldShell, startHeldShell } from './held-shell.ts';
import type { HeldShell, ReachedMachine } from './held-shell.ts';
import type { HeldStream } from './held-stream.ts';

/** How long the holder of a shell that was ended is asked for its exit code, in milliseconds. */
const EXIT_CODE_MS = 1_000;
/** What a shell that could not become one exits with, as in sh. */
const NOT_RUN = 126;

/** Opens a terminal whose shell is held; undefined where there is no holder. @throws SHELL_NOT_STARTED */
export async function openHeld(
  machine: ReachedMachine,
  { rows, cols, ...spec }: TerminalSpec,
): Promise<EngineTerminal | undefined> {
  const name = randomUUID();
  const shell = await startHeldShell(machine, name, spec);
  if (!shell) return undefined;
  shell.stream.attach(rows, cols);
  return heldTerminal(machine, name, shell);
}

/** Starts a shell that waits, held; undefined where there is no holder. @throws SHELL_NOT_STARTED */
export async function waitHeld(machine: ReachedMachine, spec: ShellSpec): Promise<WaitingShell | undefined> {
  const name = randomUUID();
  const shell = await startHeldShell(machine, name, spec);
  if (!shell) return undefined;
  const { stream, leader } = shell;
  return {
    handle: leaderHandle(leader),
    gone: closed(stream),
    async take(rows, cols) {
      if (stream.destroyed) return undefined;
      stream.attach(rows, cols);
      return heldTerminal(machine, name, shell);
    },
    leave: () => stream.destroy(),
  };
}

function heldTerminal(
  machine: ReachedMachine,
  name: string,
  { container, stream, leader }: HeldShell,
): EngineTerminal {
  let ending: Promise<void> | undefined;
  return {
    stream,
    shell: leaderHandle(leader),
    resize: async (rows, cols) => stream.resize(rows, cols),
    exited: exitOf(machine, name, { stream, end: () => endInside(container, { leader }) }),
    end: () => (ending ??= endShellOf({ container, leader, stream })),
  };
}

/** Exit code at the stream's end. A stream that was cut off leaves a shell behind, which is ended here. */
async function exitOf(
  machine: ReachedMachine,
  name: string,
  { stream, end }: { stream: HeldStream; end: () => Promise<void> },
): Promise<number | undefined> {
  await closed(stream);
  const known = codeOf(await stream.over);
  if (known !== undefined) return known;
  try {
    await end();
    return await askExitCode(machine, name);
  } catch (error) {
    // The machine went with its engine: endShell ends the shell once the engine is back.
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** What the holder says of a shell that has ended; undefined when it went with its machine. */
async function askExitCode(machine: ReachedMachine, name: string): Promise<number | undefined> {
  const stream = await reachHeldShell(machine, name);
  if (!stream) return undefined;
  stream.attach(0, 0, Number.MAX_SAFE_INTEGER);
  const timer = setTimeout(() => stream.destroy(), EXIT_CODE_MS);
  const code = codeOf(await stream.over);
  clearTimeout(timer);
  return code;
}

function codeOf(end: Awaited<HeldStream['over']>): number | undefined {
  if (!end) return undefined;
  return 'exitCode' in end ? end.exitCode : NOT_RUN;
}
