import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { ShellSpec } from '../../engine-terminals.ts';
import { endInside, newMark } from '../environments/ending.ts';
import { call } from '../faults.ts';
import { environmentList } from '../environments/machine-config.ts';
import { createExec } from '../nested/exec-user.ts';
import { readOpening } from './opening-reader.ts';
import { announced, parseAnnouncement } from './shell-leader.ts';
import type { Leader } from './shell-leader.ts';

/**
 * The engine delays a typed key while it may start its detach sequence, which cannot be turned off. Nobody
 * types this sequence; an empty setting would mean ^P ^Q.
 */
const DETACH_KEYS = 'ctrl-^,ctrl-@,ctrl-^';

/** A shell that has announced itself; its stream starts with its own output. */
export interface OpenShell {
  container: Docker.Container;
  exec: Docker.Exec;
  stream: Duplex;
  leader: Leader;
  /** The user that it was started as; the container's default user if undefined. */
  user: string | undefined;
}

/**
 * Starts a shell on a new terminal; with `waits`, one that waits for a line first. @throws SHELL_NOT_STARTED
 */
export async function startShell(
  container: Docker.Container,
  spec: ShellSpec,
  { size, waits }: { size: [rows: number, cols: number]; waits: boolean },
): Promise<OpenShell> {
  const mark = newMark();
  const exec = await createExec(container, {
    Cmd: announced(spec.command, { atHome: spec.workingDirectory === undefined, waits }),
    Tty: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    DetachKeys: DETACH_KEYS,
    // At creation and at start, so that the size is right before the first prompt.
    ConsoleSize: size,
    Env: [...environmentList(spec.environment), mark],
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
  });
  const options: Docker.ExecStartOptions & { ConsoleSize: [number, number] } = {
    hijack: true,
    stdin: true,
    Tty: true,
    ConsoleSize: size,
  };
  const stream = await call(() => exec.start(options));
  stream.on('error', () => stream.destroy());
  const announcement = await readOpening(stream, (bytes) => {
    const read = parseAnnouncement(bytes);
    return read.state === 'partial' ? undefined : read;
  });
  if (announcement.state === 'started') {
    return { container, exec, stream, leader: announcement.leader, user: spec.user };
  }
  stream.destroy();
  // A silent shell may start late, or already run.
  if (announcement.state === 'silent')
    await endInside(container, { leader: undefined, mark, user: spec.user });
  throw fault('SHELL_NOT_STARTED', { problem: announcement.problem });
}
