/** Initial capacity, in bytes: many terminals show only a prompt. */
const INITIAL_BYTES = 512;

/**
 * The newest output of a terminal. Bytes are numbered from the shell's first one. The ring grows up to `limit` bytes,
 * then discards the oldest.
 */
export interface OutputBuffer {
  /** Number of the oldest buffered byte. */
  readonly first: number;
  /** Number of the next byte to be added. */
  readonly next: number;
  add(chunk: Buffer): void;
  /**
   * Copies bytes from number `from` on into `target` at `at`, as many as fit and exist. The buffer must still have byte
   * `from`. Returns the number of copied bytes.
   */
  copy(from: number, target: Buffer, at: number): number;
  /** Returns a copy of all buffered bytes. */
  all(): Buffer;
}

/**
 * Creates an output buffer whose first byte has the number `offset`. `onDiscard` receives the discarded bytes in order,
 * in memory that is reused.
 */
export function createOutputBuffer(
  limit: number,
  { offset = 0, onDiscard }: { offset?: number; onDiscard?: (bytes: Buffer) => void } = {},
): OutputBuffer {
  let ring: Buffer = Buffer.alloc(0);
  let first = offset;
  let next = offset;

  function copy(from: number, target: Buffer, at: number): number {
    const length = Math.min(next - from, target.length - at);
    const start = from % ring.length;
    const beforeEdge = Math.min(length, ring.length - start);
    ring.copy(target, at, start, start + beforeEdge);
    ring.copy(target, at + beforeEdge, 0, length - beforeEdge);
    return length;
  }

  function all(): Buffer {
    const bytes = Buffer.allocUnsafe(next - first);
    if (bytes.length > 0) copy(first, bytes, 0);
    return bytes;
  }

  function grow(needed: number): void {
    if (needed <= ring.length || ring.length === limit) return;
    let capacity = Math.max(ring.length, INITIAL_BYTES);
    while (capacity < needed) capacity *= 2;
    const kept = all();
    ring = Buffer.allocUnsafeSlow(Math.min(capacity, limit));
    if (kept.length > 0) write(kept, first);
  }

  /** Reports the buffered bytes before `to` as discarded. */
  function reportDiscarded(to: number): void {
    const end = Math.min(to, next);
    if (!onDiscard || end <= first) return;
    const start = first % ring.length;
    const beforeEdge = Math.min(end - first, ring.length - start);
    onDiscard(ring.subarray(start, start + beforeEdge));
    onDiscard(ring.subarray(0, end - first - beforeEdge));
  }

  function write(bytes: Buffer, number: number): void {
    const start = number % ring.length;
    const beforeEdge = ring.length - start;
    bytes.copy(ring, start, 0, beforeEdge);
    if (bytes.length > beforeEdge) bytes.copy(ring, 0, beforeEdge);
  }

  return {
    get first() {
      return first;
    },
    get next() {
      return next;
    },
    add(chunk) {
      if (chunk.length === 0) return;
      grow(next - first + chunk.length);
      const kept = chunk.subarray(Math.max(0, chunk.length - ring.length));
      reportDiscarded(next + chunk.length - ring.length);
      if (kept.length < chunk.length) onDiscard?.(chunk.subarray(0, chunk.length - kept.length));
      next += chunk.length;
      write(kept, next - kept.length);
      first = Math.max(first, next - ring.length);
    },
    copy,
    all,
  };
}
