import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { fault } from '../../../core/errors.ts';

/** Longest time without a byte from the sender while one is waited for, in milliseconds. */
const SILENCE_MS = 60_000;

/**
 * The body of a request as it comes, no faster than it is read. It ends with BODY_TOO_LARGE past
 * `limit` bytes, and with UPLOAD_BROKEN when its sender goes away or falls silent.
 */
export function limitedBody(body: Readable, limit: number, silenceMs: number = SILENCE_MS): Readable {
  let size = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _, done) {
      timer.refresh();
      size += chunk.length;
      done(size > limit ? fault('BODY_TOO_LARGE', { limit }) : null, chunk);
    },
  });
  const timer = setTimeout(() => {
    // A reader that takes its time is no fault of the sender's.
    if (limited.writableNeedDrain || limited.readableLength > 0) timer.refresh();
    else limited.destroy(broken(`nothing came for ${silenceMs / 1000} s`));
  }, silenceMs);
  const onBodyClose = () => {
    if (!body.readableEnded) limited.destroy(broken('its sender went away'));
  };
  // Its reader learns of an error by reading; an error that comes before the first read has no other listener.
  limited.on('error', () => undefined);
  body.once('error', onBodyClose).once('close', onBodyClose).pipe(limited);
  limited.once('close', () => {
    clearTimeout(timer);
    body.off('close', onBodyClose).unpipe(limited);
  });
  return limited;
}

function broken(problem: string) {
  return fault('UPLOAD_BROKEN', { problem });
}
