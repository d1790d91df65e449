/** Room for a terminal that has printed little, in bytes: many show a prompt and wait. */
const FIRST_ROOM = 512;

/**
 * The newest output of a terminal, numbered by byte from the shell's first on. It takes room as it is
 * needed, up to `limit` bytes; then the oldest goes.
 */
export interface Transcript {
  /** Number of the oldest byte that is kept. */
  readonly first: number;
  /** Number that the next byte will have. */
  readonly next: number;
  add(chunk: Buffer): void;
  /** Copies the bytes from number `from` on into `target` at `at`: as many as fit and there are. They must be kept. */
  copy(from: number, target: Buffer, at: number): number;
  /** All that is kept. */
  all(): Buffer;
}

/**
 * A transcript that begins at byte `offset`: what was printed before is not known. `onGone` is given, in their
 * order, the bytes that go, in memory that is used again.
 */
export function createTranscript(
  limit: number,
  { offset = 0, onGone }: { offset?: number; onGone?: (bytes: Buffer) => void } = {},
): Transcript {
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

  function makeRoom(needed: number): void {
    if (needed <= ring.length || ring.length === limit) return;
    let room = Math.max(ring.length, FIRST_ROOM);
    while (room < needed) room *= 2;
    const kept = all();
    ring = Buffer.allocUnsafeSlow(Math.min(room, limit));
    if (kept.length > 0) write(kept, first);
  }

  /** Of what is kept, what goes when `to` becomes the first. */
  function tellGone(to: number): void {
    const end = Math.min(to, next);
    if (!onGone || end <= first) return;
    const start = first % ring.length;
    const beforeEdge = Math.min(end - first, ring.length - start);
    onGone(ring.subarray(start, start + beforeEdge));
    onGone(ring.subarray(0, end - first - beforeEdge));
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
      makeRoom(next - first + chunk.length);
      const kept = chunk.subarray(Math.max(0, chunk.length - ring.length));
      tellGone(next + chunk.length - ring.length);
      if (kept.length < chunk.length) onGone?.(chunk.subarray(0, chunk.length - kept.length));
      next += chunk.length;
      write(kept, next - kept.length);
      first = Math.max(first, next - ring.length);
    },
    copy,
    all,
  };
}
