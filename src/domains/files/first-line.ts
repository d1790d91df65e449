import type { ByteSource } from '../../core/byte-source.ts';
import { fault } from '../../core/errors.ts';

const NEWLINE = 0x0a;
/** What is read to see whether there is anything, in bytes. */
const BEGINNING_BYTES = 512;

/** Reads the first line, of at most `limitBytes`, and gives what follows it. @throws TRANSFER_INTERRUPTED, the source's error */
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

/** The same source, once its first bytes are there, so that what fails before that fails here. @throws the source's error */
export async function begun(source: ByteSource): Promise<ByteSource> {
  const memory = Buffer.alloc(BEGINNING_BYTES);
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
