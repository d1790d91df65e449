import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of chunks after which they are collected: two of these are less than what V8 waits for. */
const ROUND_BYTES = 16 * 1024 * 1024;

let round: ((options: { type: 'minor' }) => void) | undefined;

/**
 * Has the chunks of an upload collected while they are young. They are garbage as soon as they went on, in
 * memory outside of V8's heap, of which it takes no notice up to 64 MB: past that it marks all of the heap, a
 * tenth of a second for each 64 MB, in which no terminal is served. A round over what is young takes a
 * millisecond, but comes by itself only when the heap's own part of the young is full, which it is not here.
 */
export function createChunkGarbage(): { add(bytes: number): void } {
  let since = 0;
  return {
    add(bytes) {
      since += bytes;
      if (since < ROUND_BYTES) return;
      since = 0;
      round ??= exposedCollector();
      round({ type: 'minor' });
    },
  };
}

/** As with node --expose-gc, which nobody can be asked to start the service with. */
function exposedCollector(): NonNullable<typeof round> {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NonNullable<typeof round>;
}
