import type { Duplex } from 'node:stream';

/** A shell prints its opening in milliseconds; a machine without processor time may need seconds. */
const OPENING_TIMEOUT_MS = 15_000;

/** Larger than any opening, in bytes. */
const OPENING_LIMIT_BYTES = 64 * 1024;

/** No valid opening arrived in time, or before the stream's end. */
export interface Silence {
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
