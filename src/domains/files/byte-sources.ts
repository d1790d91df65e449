import type { ByteSource } from '../../core/byte-source.ts';
import { fault } from '../../core/errors.ts';

const NEWLINE = 0x0a;
/** How much is read to wait for the first bytes, in bytes. */
const FIRST_BYTES = 512;

/**
 * Reads the first line, of at most `limitBytes`. Returns it and a source for the following bytes.
 * @throws TRANSFER_INTERRUPTED, any error of the source
 */
export async function takeFirstLine(
  source: ByteSource,
  limitBytes: number,
): Promise<{ line: string; rest: ByteSource }> {
  const memory = Buffer.alloc(limitBytes + 1);
  let filled = 0;
  let end = -1;
  while (end < 0) {
    const bytes = await source.read(memory.subarray(filled));
    filled += bytes;
    end = memory.subarray(0, filled).indexOf(NEWLINE);
    if (end < 0 && (bytes === 0 || filled > limitBytes)) throw fault('TRANSFER_INTERRUPTED');
  }
  const rest = precededBy(memory.subarray(end + 1, filled), source);
  return { line: memory.toString('utf8', 0, end), rest };
}

/**
 * Waits for the first bytes of a source, so that an early error rejects here. Returns a source with all bytes.
 * @throws any error of the source
 */
export async function withFirstBytes(source: ByteSource): Promise<ByteSource> {
  const memory = Buffer.alloc(FIRST_BYTES);
  return precededBy(memory.subarray(0, await source.read(memory)), source);
}

function precededBy(head: Buffer, source: ByteSource): ByteSource {
  let left = head;
  return {
    async read(memory) {
      if (left.length === 0) return source.read(memory);
      const bytes = left.copy(memory);
      left = left.subarray(bytes);
      return bytes;
    },
    close(reason) {
      left = Buffer.alloc(0);
      return source.close(reason);
    },
  };
}

/** Returns a source of exactly `size` bytes: it ignores further bytes, and fails if the source ends earlier. */
export function exactSize(source: ByteSource, size: number): ByteSource {
  let left = size;
  return {
    async read(memory) {
      if (left === 0) return 0;
      const bytes = await source.read(memory.subarray(0, left));
      if (bytes === 0) throw fault('TRANSFER_INTERRUPTED');
      left -= bytes;
      return bytes;
    },
    close: source.close,
  };
}
