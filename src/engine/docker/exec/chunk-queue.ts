/** A queue of chunks in a borrowed buffer, which it copies to a reader. */
interface ChunkQueue {
  /** Adds a chunk. Call {@link ChunkQueue.flush} before its memory is reused. */
  add(chunk: Buffer): void;
  /**
   * Passes the queued chunks to a waiting reader. Returns whether the queue is empty, so the memory can be
   * reused.
   */
  flush(): boolean;
  /** Ends the queue: the reader gets the end, or `error`, after the queued chunks. */
  end(error?: Error): void;
  /** Discards the queued chunks and ends the queue with `error`. */
  discard(error: Error): void;
  /** Implements ByteSource.read. */
  read(memory: Buffer): Promise<number>;
}

/** Creates a queue. Calls `onEmpty` when a reader has taken the last of the chunks that had to wait. */
export function createChunkQueue(onEmpty: () => void): ChunkQueue {
  let chunks: Buffer[] = [];
  let ending: { error: Error | undefined } | undefined;
  let waiting: { memory: Buffer; resolve(bytes: number): void; reject(error: Error): void } | undefined;

  function fill(memory: Buffer): number {
    let filled = 0;
    for (let chunk = chunks[0]; chunk && filled < memory.length; chunk = chunks[0]) {
      const copied = chunk.copy(memory, filled);
      filled += copied;
      if (copied < chunk.length) chunks[0] = chunk.subarray(copied);
      else chunks.shift();
    }
    return filled;
  }

  function flush(): boolean {
    if (waiting && (chunks.length > 0 || ending)) {
      const { memory, resolve, reject } = waiting;
      waiting = undefined;
      const filled = fill(memory);
      if (filled === 0 && ending?.error) reject(ending.error);
      else resolve(filled);
    }
    return chunks.length === 0;
  }

  function end(error?: Error): void {
    ending ??= { error };
    flush();
  }

  return {
    add(chunk) {
      if (chunk.length > 0 && !ending) chunks.push(chunk);
    },
    flush,
    end,
    discard(error) {
      chunks = [];
      ending = { error };
      flush();
    },
    read(memory) {
      return new Promise((resolve, reject) => {
        const hadChunks = chunks.length > 0;
        waiting = { memory, resolve, reject };
        if (flush() && hadChunks) onEmpty();
      });
    },
  };
}
