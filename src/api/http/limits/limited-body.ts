import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { fault } from '../../../core/errors.ts';

/** Maximum time to wait for the next byte of the sender, in milliseconds. */
const SILENCE_MS = 60_000;

/**
 * Returns the body of a request as a stream with backpressure. It fails with BODY_TOO_LARGE after `limit` bytes, and with
 * UPLOAD_BROKEN if the sender disconnects or stops sending.
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
    // The time-out does not apply while the reader is slow.
    if (limited.writableNeedDrain || limited.readableLength > 0) timer.refresh();
    else limited.destroy(broken(`no data arrived for ${silenceMs / 1000} s`));
  }, silenceMs);
  const onBodyClose = () => {
    if (!body.readableEnded) limited.destroy(broken('its sender disconnected'));
  };
  // The reader gets an error by reading. An error before the first read has no other listener.
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
