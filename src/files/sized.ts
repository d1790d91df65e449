import { Transform, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { fault } from '../errors.ts';

/** Bytes in hand on the way through: as much as one reading of a socket gives, twice. */
const BUFFER_BYTES = 128 * 1024;

/**
 * `content` as long as it was said to be: what a file has grown by since is left out, and one that
 * has shrunk fails. Destroying the result destroys `content`.
 */
export function ofSize(content: Readable, size: number): Readable {
  let left = size;
  const sized = new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      const piece = chunk.length > left ? chunk.subarray(0, left) : chunk;
      left -= piece.length;
      done(null, piece);
    },
    flush(done) {
      done(left > 0 ? fault('TRANSFER_INTERRUPTED') : null);
    },
  });
  return passThrough(content, sized);
}

/** `content` through `transform`: whichever breaks takes the other along. */
export function passThrough(content: Readable, transform: Transform): Readable {
  pipeline(content, transform, () => {
    // Whoever reads the result hears of it from there.
  });
  return transform;
}
