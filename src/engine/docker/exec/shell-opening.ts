import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { ShellSpec } from '../../engine-terminals.ts';
import { endInside, newMark } from '../environments/ending.ts';
import { call } from '../faults.ts';
import { environmentList } from '../environments/machine-config.ts';
import { createExec } from '../environments/machine-user.ts';
import { withAnnouncement, parseAnnouncement } from './shell-leader.ts';
import type { Leader } from './shell-leader.ts';

/**
 * The engine delays a typed key while it may start its detach sequence, which cannot be turned off. Nobody
 * types this sequence; an empty setting would mean ^P ^Q.
 */
const DETACH_KEYS = 'ctrl-^,ctrl-@,ctrl-^';

/** A shell that has withAnnouncement itself; its stream starts with its own output. */
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
    Cmd: withAnnouncement(spec.command, { atHome: spec.workingDirectory === undefined, waits }),
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

/** A shell prints its opening in milliseconds; a machine without processor time may need seconds. */
const OPENING_TIMEOUT_MS = 15_000;

/** Larger than any opening, in bytes. */
const OPENING_LIMIT_BYTES = 64 * 1024;

/** No valid opening arrived in time, or before the stream's end. */
interface Silence {
  state: 'silent';
  problem: string;
}

/**
 * Reads the opening before a shell's own output, and leaves the stream at that output. `parse` gets
 * everything that has arrived so far, and returns undefined while it needs more. It leaves `rest` of its
 * result on the stream.
 */
export function readOpening<T extends object>(
  stream: Duplex,
  parse: (bytes: Buffer) => T | undefined,
): Promise<T | Silence> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const settle = (opening: T | Silence) => {
      clearTimeout(timer);
      stream.off('readable', read).off('close', closed);
      if ('rest' in opening && opening.rest instanceof Buffer && opening.rest.length > 0) {
        stream.unshift(opening.rest);
      }
      resolve(opening);
    };
    const silent = (problem: string) => settle({ state: 'silent', problem });
    const closed = () => silent(bytes.toString().trim() || 'the engine closed the connection');
    const read = () => {
      for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null) {
        bytes = Buffer.concat([bytes, chunk]);
      }
      const opening = parse(bytes);
      if (opening) settle(opening);
      else if (bytes.length > OPENING_LIMIT_BYTES) silent('it printed something else');
    };
    const timer = setTimeout(() => silent('it did not answer in time'), OPENING_TIMEOUT_MS);
    stream.on('readable', read).once('close', closed);
  });
}
