import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes of chunks after which a collection runs: two rounds are less than V8's own threshold. */
const ROUND_BYTES = 16 * 1024 * 1024;

let round: ((options: { type: 'minor' }) => void) | undefined;

/**
 * Creates a counter that collects an upload's chunks while they are young. Chunks are garbage as soon as they are
 * forwarded, but their memory is outside V8's heap, which V8 ignores up to 64 MB. Beyond that, it marks the whole heap:
 * a tenth of a second for each 64 MB, in which no terminal is served. A minor collection takes a millisecond, but V8
 * starts it only when the young generation of the heap is full, which does not happen here.
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

/** Returns the collector of `node --expose-gc`, without requiring that option at start. */
function exposedCollector(): NonNullable<typeof round> {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NonNullable<typeof round>;
}
