import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { fault, isFault } from '../../errors.ts';
import type { EngineTerminal, TerminalSpec } from '../engine.ts';
import { endInside, newMark } from './ending.ts';
import { waitForExit } from './exec-exit.ts';
import { call, hasStatus } from './faults.ts';
import { environmentList } from './machine-config.ts';
import { announced, leaderHandle, parseAnnouncement } from './shell-leader.ts';
import type { Announcement, Leader } from './shell-leader.ts';

/** A shell announces itself in milliseconds; a machine that is starved of processor time may take seconds. */
const ANNOUNCEMENT_TIMEOUT_MS = 15_000;
/** How long a stream whose shell was ended may take to deliver what is left in it. */
const DRAIN_MS = 1_000;
/**
 * The engine holds a typed key back while it may begin its detach sequence. It always has one, so it
 * is given one that nobody types: an empty setting would mean ^P ^Q.
 */
const DETACH_KEYS = 'ctrl-^,ctrl-@,ctrl-^';

/** Opens a shell on a terminal of its own; its bytes are the engine's raw stream. */
export async function openTerminal(
  container: Docker.Container,
  spec: TerminalSpec,
  { sizesAtStart }: { sizesAtStart: () => Promise<boolean> },
): Promise<EngineTerminal> {
  const sized = await sizesAtStart();
  const mark = newMark();
  const exec = await call(() => container.exec(execOptions(spec, mark)));
  const stream = await call(() => exec.start(startOptions(spec)));
  stream.on('error', () => stream.destroy());
  const announcement = await readAnnouncement(stream);
  if (announcement.state !== 'started') {
    // One that did not say why it failed may start late, or run unheard.
    if (announcement.state === 'silent') {
      await endInside(container, { leader: undefined, mark, user: spec.user });
    }
    throw fault('SHELL_NOT_STARTED', { problem: announcement.problem });
  }
  const { leader } = announcement;
  let ending: Promise<void> | undefined;
  const end = () => (ending ??= endShellOf(container, leader, stream));
  const exited = exitOf({ container, exec, stream, leader });
  if (!sized) {
    await resize(exec, spec.rows, spec.cols).catch((error: unknown) => {
      stream.destroy();
      throw error;
    });
  }
  return {
    stream,
    shell: leaderHandle(leader),
    resize: (rows, cols) => resize(exec, rows, cols),
    exited,
    end,
  };
}

function execOptions(spec: TerminalSpec, mark: string): Docker.ExecCreateOptions {
  return {
    Cmd: announced(spec.command, { atHome: spec.workingDirectory === undefined }),
    Tty: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    DetachKeys: DETACH_KEYS,
    // At create and at start, so that the size is right before the first prompt is drawn.
    ConsoleSize: [spec.rows, spec.cols],
    Env: [...environmentList(spec.environment), mark],
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.workingDirectory !== undefined && { WorkingDir: spec.workingDirectory }),
  };
}

function startOptions(spec: TerminalSpec): Docker.ExecStartOptions & { ConsoleSize: [number, number] } {
  return { hijack: true, stdin: true, Tty: true, ConsoleSize: [spec.rows, spec.cols] };
}

type Opening = Exclude<Announcement, { state: 'partial' }> | { state: 'silent'; problem: string };

/** Takes the announcement off the stream, which begins with the shell's own output afterwards. */
function readAnnouncement(stream: Duplex): Promise<Opening> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const settle = (opening: Opening) => {
      clearTimeout(timer);
      stream.off('readable', read).off('close', closed);
      if (opening.state !== 'started') stream.destroy();
      else if (opening.rest.length > 0) stream.unshift(opening.rest);
      resolve(opening);
    };
    const silent = (problem: string) => settle({ state: 'silent', problem });
    const closed = () => silent(bytes.toString().trim() || 'the engine closed the connection');
    const read = () => {
      for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null) {
        bytes = Buffer.concat([bytes, chunk]);
      }
      const announcement = parseAnnouncement(bytes);
      if (announcement.state !== 'partial') settle(announcement);
    };
    const timer = setTimeout(() => silent('it did not answer in time'), ANNOUNCEMENT_TIMEOUT_MS);
    stream.on('readable', read).once('close', closed);
  });
}

async function resize(exec: Docker.Exec, rows: number, cols: number): Promise<void> {
  try {
    await call(() => exec.resize({ h: rows, w: cols }));
  } catch (error) {
    // A shell that has ended has no size: 404, or 409 and 500 in the moment of its end.
    if (!hasStatus(error, 404, 409, 500)) throw error;
  }
}

/** Exit code at the stream's end. A stream that was cut off leaves a shell behind, which is ended here. */
async function exitOf({
  container,
  exec,
  stream,
  leader,
}: {
  container: Docker.Container;
  exec: Docker.Exec;
  stream: Duplex;
  leader: Leader;
}): Promise<number | undefined> {
  await new Promise((resolve) => stream.once('close', resolve));
  try {
    if (!stream.readableEnded) await endInside(container, { leader });
    return await waitForExit(container, exec);
  } catch (error) {
    // The machine went with its engine: endShell ends the shell once the engine is back.
    if (isFault(error)) return undefined;
    throw error;
  }
}

async function endShellOf(container: Docker.Container, leader: Leader, stream: Duplex): Promise<void> {
  await endInside(container, { leader });
  if (!stream.closed) {
    const timer = setTimeout(() => stream.destroy(), DRAIN_MS);
    await new Promise((resolve) => stream.once('close', resolve));
    clearTimeout(timer);
  }
}
