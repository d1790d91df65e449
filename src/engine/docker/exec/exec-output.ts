import { createDemultiplexer } from './demultiplexer.ts';
import type { OutputChannel } from './demultiplexer.ts';
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
