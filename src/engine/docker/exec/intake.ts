/** A queue of chunks in a borrowed buffer, which it copies to a reader. */
export interface Intake {
  /** Adds a chunk. Call {@link Intake.hand} before its memory is reused. */
  add(piece: Buffer): void;
  /**
   * Passes the queued chunks to a waiting reader. Returns whether the queue is empty, so the memory can be
   * reused.
   */
  hand(): boolean;
  /** Ends the queue: the reader gets the end, or `error`, after the queued chunks. */
  end(error?: Error): void;
  /** Discards the queued chunks and ends the queue with `error`. */
  drop(error: Error): void;
  /** Implements ByteSource.read. */
  read(memory: Buffer): Promise<number>;
}

/** Creates a queue. Calls `onEmpty` when a reader has taken the last of the chunks that had to wait. */
export function createIntake(onEmpty: () => void): Intake {
  let pieces: Buffer[] = [];
  let over: { error: Error | undefined } | undefined;
  let waiting: { memory: Buffer; resolve(bytes: number): void; reject(error: Error): void } | undefined;

  function fill(memory: Buffer): number {
    let filled = 0;
    for (let piece = pieces[0]; piece && filled < memory.length; piece = pieces[0]) {
      const copied = piece.copy(memory, filled);
      filled += copied;
      if (copied < piece.length) pieces[0] = piece.subarray(copied);
      else pieces.shift();
    }
    return filled;
  }

  function hand(): boolean {
    if (waiting && (pieces.length > 0 || over)) {
      const { memory, resolve, reject } = waiting;
      waiting = undefined;
      const filled = fill(memory);
      if (filled === 0 && over?.error) reject(over.error);
      else resolve(filled);
    }
    return pieces.length === 0;
  }

  function end(error?: Error): void {
    over ??= { error };
    hand();
  }

  return {
    add(piece) {
      if (piece.length > 0 && !over) pieces.push(piece);
    },
    hand,
    end,
    drop(error) {
      pieces = [];
      over = { error };
      hand();
    },
    read(memory) {
      return new Promise((resolve, reject) => {
        const hadChunks = pieces.length > 0;
        waiting = { memory, resolve, reject };
        if (hand() && hadChunks) onEmpty();
      });
    },
  };
}
