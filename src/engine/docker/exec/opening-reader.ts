import type { Duplex } from 'node:stream';

/** A shell says what it has to in milliseconds; a machine that is starved of processor time may take seconds. */
const OPENING_TIMEOUT_MS = 15_000;

/** More than any of them says, in bytes. */
const OPENING_LIMIT_BYTES = 64 * 1024;

/** Nothing that could be read came in time, or before the end. */
export interface Silence {
  state: 'silent';
  problem: string;
}

/**
 * Takes what stands before a shell's own output off its stream, which begins with that afterwards.
 * `parse` sees all that has come so far, and answers undefined while it needs more; `rest` of its
 * answer is left on the stream.
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
      else if (bytes.length > OPENING_LIMIT_BYTES) silent('it says something else');
    };
    const timer = setTimeout(() => silent('it did not answer in time'), OPENING_TIMEOUT_MS);
    stream.on('readable', read).once('close', closed);
  });
}
