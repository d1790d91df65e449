import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';
import { parseAnnouncement } from './shell-leader.ts';
import type { Leader } from './shell-leader.ts';

/** A command's output so far, and its process. */
export interface ExecOutput {
  add(chunk: Buffer): void;
  take(channel: OutputChannel): Buffer;
  readonly leader: Leader | undefined;
  /** Why the command did not start; undefined while that is unknown. */
  readonly failure: string | undefined;
}

/**
 * Collects a command's output up to `limitBytes`. Calls `output` with new output, `started` once, and `limit`
 * if there is more.
 */
export function createExecOutput(
  limitBytes: number,
  on: { started: () => void; limit: () => void; output?: ((bytes: Buffer) => void) | undefined },
): ExecOutput {
  const collected: Record<OutputChannel, Buffer[]> = { stdout: [], stderr: [] };
  let freeBytes = limitBytes;
  let opening: Buffer | undefined = Buffer.alloc(0);
  let leader: Leader | undefined;
  let failure: string | undefined;

  const collect = (channel: OutputChannel, bytes: Buffer) => {
    // A copy, so that a small output does not keep a whole network buffer in memory.
    const copy = Buffer.from(bytes.subarray(0, freeBytes));
    if (copy.length > 0) collected[channel].push(copy);
    if (copy.length > 0 && channel === 'stdout') on.output?.(copy);
    const isOver = bytes.length > freeBytes;
    freeBytes = Math.max(0, freeBytes - bytes.length);
    if (isOver) on.limit();
  };

  const open = (bytes: Buffer) => {
    opening = Buffer.concat([opening ?? Buffer.alloc(0), bytes]);
    const announcement = parseAnnouncement(opening);
    if (announcement.state === 'partial') return;
    opening = undefined;
    if (announcement.state === 'failed') {
      failure = announcement.problem;
      return;
    }
    leader = announcement.leader;
    on.started();
    collect('stdout', announcement.rest);
  };

  const add = createDemultiplexer((channel, bytes) => {
    if (channel === 'stdout' && opening) open(bytes);
    else if (failure === undefined) collect(channel, bytes);
  });

  return {
    add,
    take: (channel) => Buffer.concat(collected[channel]),
    get leader() {
      return leader;
    },
    get failure() {
      return failure;
    },
  };
}

/** Header of the engine's frames without a terminal: channel, three zero bytes, length of the payload. */
const HEADER_BYTES = 8;
const STDERR = 2;

type OutputChannel = 'stdout' | 'stderr';

/**
 * Separates the engine's framed output. It passes payloads on as they arrive, so it never buffers more than
 * one header.
 */
export function createDemultiplexer(
  onOutput: (channel: OutputChannel, bytes: Buffer) => void,
): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let payloadBytes = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (payloadBytes === 0) {
        const taken = chunk.copy(header, headerBytes, at, at + HEADER_BYTES - headerBytes);
        headerBytes += taken;
        at += taken;
        if (headerBytes < HEADER_BYTES) return;
        payloadBytes = header.readUInt32BE(4);
        if (payloadBytes === 0) headerBytes = 0;
        continue;
      }
      const payload = chunk.subarray(at, at + payloadBytes);
      at += payload.length;
      payloadBytes -= payload.length;
      if (payloadBytes === 0) headerBytes = 0;
      onOutput(header[0] === STDERR ? 'stderr' : 'stdout', payload);
    }
  };
}

/**
 * The engine records an exit a moment after the stream's end: attempts, and the delay between them in
 * milliseconds.
 */
const ATTEMPTS = 50;
const PAUSE_MS = 20;
/** Exit code of a process that ends with its machine: 128 and SIGKILL. */
const KILLED = 137;

/**
 * Returns the exit code of an exec whose stream has ended; undefined if the machine has ended too. Also
 * undefined if the exec still runs after a second: then only its connection was lost.
 */
export async function waitForExit(
  container: Docker.Container,
  exec: Docker.Exec,
): Promise<number | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const state = await unlessGone(() => exec.inspect());
    if (!state) return undefined;
    if (!state.Running) {
      const exitCode = state.ExitCode ?? undefined;
      return exitCode === KILLED && !(await isRunning(container)) ? undefined : exitCode;
    }
    await sleep(PAUSE_MS);
  }
  return undefined;
}

/**
 * Returns whether the machine still runs half a second later. The engine records its end after the end of its
 * processes, and later under load.
 */
async function isRunning(container: Docker.Container): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS / 2; attempt += 1) {
    const machine = await unlessGone(() => container.inspect());
    if (machine?.State.Running !== true || machine.State.Status === 'removing') return false;
    await sleep(PAUSE_MS);
  }
  return true;
}

async function unlessGone<T>(inspect: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call(inspect);
  } catch (error) {
    if (hasStatus(error, 404, 409)) return undefined;
    throw error;
  }
}
