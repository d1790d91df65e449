import { randomBytes } from 'node:crypto';
import type { EngineTerminal, ShellSpec, TerminalEnd, TerminalSpec } from '../../engine-terminals.ts';
import { parseHandle, shellHandle } from '../exec/shell-leader.ts';
import { closed, endShellOf, runBeforeStart } from '../exec/terminal.ts';
import type { WaitingShell } from '../exec/waiting-shells.ts';
import { greeted, reachHeldShell, startHeldShell } from './held-shell.ts';
import type { HeldShell } from './held-shell.ts';
import type { HeldEnd } from './held-stream.ts';
import type { ReachedMachine } from './reach.ts';

/** How long to wait for the exit code of an ended shell, in milliseconds. */
const EXIT_CODE_MS = 1_000;
/** Exit code of a shell that could not be executed, as in sh. */
const NOT_RUN = 126;
/** Length of a random socket name, in bytes: nobody in the machine can guess it. */
const NAME_BYTES = 8;
/** A size that changes nothing. */
const AS_IT_IS = [0, 0] as const;

/** Opens a terminal with an agent; undefined if the machine has no agent. @throws SHELL_NOT_STARTED */
export async function openHeld(
  machine: ReachedMachine,
  { rows, cols, beforeStart, ...spec }: TerminalSpec,
): Promise<EngineTerminal | undefined> {
  const name = newName();
  const shell = await startHeldShell(machine, name, spec);
  if (!shell) return undefined;
  const terminal = heldTerminal(machine, { name, shell, offset: 0 });
  await runBeforeStart(terminal, beforeStart);
  shell.stream.attach(rows, cols);
  return terminal;
}

/** Reconnects to the shell of a handle; undefined if it cannot be reached. */
export async function reattachHeld(
  machine: ReachedMachine,
  handle: string,
  from: number,
): Promise<EngineTerminal | undefined> {
  const name = /\/([0-9a-f]+)$/.exec(handle)?.[1];
  const known = parseHandle(handle);
  const stream = name && known && (await reachHeldShell(machine, name));
  if (!stream) return undefined;
  const hello = await greeted(stream);
  if (!hello) return undefined;
  const offset = Math.min(Math.max(from, hello.firstKept), hello.printed);
  stream.attach(...AS_IT_IS, offset);
  const terminal = heldTerminal(machine, { name, shell: { user: undefined, ...known, stream }, offset });
  return { ...terminal, printed: hello.printed };
}

/** Starts a waiting shell with an agent; undefined if the machine has no agent. @throws SHELL_NOT_STARTED */
export async function waitHeld(machine: ReachedMachine, spec: ShellSpec): Promise<WaitingShell | undefined> {
  const name = newName();
  const shell = await startHeldShell(machine, name, spec);
  if (!shell) return undefined;
  const { stream } = shell;
  return {
    handle: handleOf(name, shell),
    ended: closed(stream),
    async take({ rows, cols, beforeStart }) {
      if (stream.destroyed) return undefined;
      const terminal = heldTerminal(machine, { name, shell, offset: 0 });
      await runBeforeStart(terminal, beforeStart);
      stream.attach(rows, cols);
      return terminal;
    },
    disconnect: () => stream.destroy(),
  };
}

const newName = () => randomBytes(NAME_BYTES).toString('hex');

const handleOf = (name: string, shell: HeldShell) => `${shellHandle(shell)}/${name}`;

function heldTerminal(
  machine: ReachedMachine,
  { name, shell, offset }: { name: string; shell: HeldShell; offset: number },
): EngineTerminal {
  const { stream } = shell;
  let ending: Promise<void> | undefined;

  async function over(): Promise<TerminalEnd> {
    await closed(stream);
    const end = await stream.over;
    if (end) return { exitCode: codeOf(end) };
    const isEnded = await ending?.then(
      () => true,
      () => false,
    );
    // Also if it could not be ended: it may still run.
    if (!isEnded) return 'cut';
    return { exitCode: await askExitCode(machine, name) };
  }

  return {
    stream,
    offset,
    durable: true,
    shell: handleOf(name, shell),
    takeMessages: () => stream.takeMessages(),
    resize: async (rows, cols) => stream.resize(rows, cols),
    over: over(),
    end() {
      // A failed attempt is repeated by the next call.
      const container = machine.docker.getContainer(machine.id);
      ending ??= endShellOf({ container, ...shell }).catch((error: unknown) => {
        ending = undefined;
        throw error;
      });
      return ending;
    },
  };
}

/** Asks the agent for the exit code of an ended shell; undefined if it is gone with its machine. */
async function askExitCode(machine: ReachedMachine, name: string): Promise<number | undefined> {
  const stream = await reachHeldShell(machine, name);
  if (!stream) return undefined;
  stream.attach(...AS_IT_IS, Number.MAX_SAFE_INTEGER);
  const timer = setTimeout(() => stream.destroy(), EXIT_CODE_MS);
  const end = await stream.over;
  clearTimeout(timer);
  return end && codeOf(end);
}

const codeOf = (end: HeldEnd) => ('exitCode' in end ? end.exitCode : NOT_RUN);
