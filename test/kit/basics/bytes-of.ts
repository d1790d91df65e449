import type { ByteSource } from '../../../src/core/byte-source.ts';

/** Reads a source piece by piece, and closes it. */
export async function* piecesOf(source: ByteSource): AsyncGenerator<Buffer, void> {
  const memory = Buffer.alloc(65_536);
  try {
    for (let bytes = await source.read(memory); bytes > 0; bytes = await source.read(memory)) {
      yield Buffer.from(memory.subarray(0, bytes));
    }
  } finally {
    await source.close();
  }
}

/** All bytes of a source. */
export async function bytesOf(source: ByteSource): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of piecesOf(source)) pieces.push(piece);
  return Buffer.concat(pieces);
}
