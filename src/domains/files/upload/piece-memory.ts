/** Bytes of a piece: as much as a processor keeps near itself. Two of an upload are in memory at a time. */
export const PIECE_BYTES = 2 * 1024 * 1024;

/** Two pieces of one size: one comes in while the other is sent. */
export type PieceMemory = readonly [Buffer, Buffer];

export type PieceMemories = ReturnType<typeof createPieceMemories>;

/**
 * Lends uploads memory for their pieces, and keeps that of one for the next. Chunks of an upload are
 * garbage as soon as they came, and the collector gets rid of them cheaply, up to 64 MB of memory
 * outside of its heap: past that it goes through all of the heap, again and again. New memory for the
 * pieces of each upload is what took it there, and most of the processor time.
 */
export function createPieceMemories() {
  let kept: PieceMemory | undefined;

  return {
    /** For an upload of so many bytes, as far as that is known. What is in it is of the last one. */
    take(size: number | undefined): PieceMemory {
      const memory = kept;
      kept = undefined;
      if (memory) return memory;
      const room = Math.min(PIECE_BYTES, size ?? PIECE_BYTES);
      return [Buffer.allocUnsafeSlow(room), Buffer.allocUnsafeSlow(room)];
    },
    /** Gives it back: nobody may read or write it any more. */
    giveBack(memory: PieceMemory): void {
      if (memory[0].length === PIECE_BYTES) kept = memory;
    },
  };
}
