import { Readable, pipeline } from 'node:stream';
import type { Transform } from 'node:stream';
import { fault } from '../errors.ts';

/** Bytes in hand on the way through: as much as one reading of a socket gives, twice. */
const BUFFER_BYTES = 128 * 1024;

/**
 * `content` as long as it was said to be: it ends, and `content` is destroyed, after the last byte of
 * that, however much more would come; one that is shorter fails. Destroying the result destroys `content`.
 */
export function ofSize(content: Readable, size: number): Readable {
  const sized = Readable.from(firstBytes(content, size), {
    objectMode: false,
    highWaterMark: BUFFER_BYTES,
  });
  // The reading of `content` begins with that of the result, and may be in the middle of a wait.
  content.on('error', (error) => sized.destroy(error));
  sized.once('close', () => content.destroy());
  return sized;
}

async function* firstBytes(content: Readable, size: number): AsyncGenerator<Buffer> {
  let left = size;
  if (left === 0) return;
  for await (const chunk of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const piece = chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= piece.length;
    yield piece;
    if (left === 0) return;
  }
  throw fault('TRANSFER_INTERRUPTED');
}

/** `content` through `transform`: whichever breaks takes the other along. */
export function passThrough(content: Readable, transform: Transform): Readable {
  pipeline(content, transform, () => {
    // Whoever reads the result hears of it from there.
  });
  return transform;
}
