import { createModeWatch } from '../src/domains/terminals/snapshots/mode-watch.ts';
import { hostileOutputs } from '../test/kit/terminals/hostile-outputs.ts';
import type { Figure } from './context.ts';

/** Size of one read of a shell's output in bytes, and number of reads per round. */
const PIECE = 64 * 1024;
const PIECES = 200;
const ROUNDS = 5;

/**
 * Measures how many megabytes per second of processor time the watcher of modes and titles handles, for its slowest
 * output. The raw figure is of a loop that looks up each byte in a table.
 */
export function measureWatching(): Figure {
  const slowest = Math.min(...Object.values(hostileOutputs).map(speedOfWatch));
  const raw = speed(readBytes, Buffer.alloc(PIECE, 'x'));
  return { ours: slowest, raw, ratio: slowest / raw };
}

function speedOfWatch(unit: string): number {
  const watch = createModeWatch();
  return speed((piece) => watch.read(piece), Buffer.alloc(PIECE, unit));
}

/** Returns the best of several rounds: other programs on the host only make a round slower. */
function speed(take: (piece: Buffer) => void, piece: Buffer): number {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let at = 0; at < PIECES; at++) take(piece);
    const { user, system } = process.cpuUsage(before);
    best = Math.max(best, (PIECES * PIECE) / (user + system));
  }
  return best;
}

const table = new Uint8Array(16 * 256);

function readBytes(piece: Buffer): void {
  let state = 0;
  for (let at = 0; at < piece.length; at++) state = table[(state << 8) | (piece[at] as number)] as number;
  table[0] = state;
}
