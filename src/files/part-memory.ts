/** Bytes of a part: enough that what each costs beside does not count. Two of an upload are in memory at a time. */
export const PART_BYTES = 8 * 1024 * 1024;

/** Two parts of one size: one comes in while the other is sent. */
export type PartMemory = readonly [Buffer, Buffer];

export type PartMemories = ReturnType<typeof createPartMemories>;

/**
 * Lends uploads memory for their parts, and keeps that of one for the next. Chunks of an upload are
 * garbage as soon as they came, and the collector gets rid of them cheaply, up to 64 MB of memory
 * outside of its heap: past that it goes through all of the heap, again and again. New memory for the
 * parts of each upload is what took it there, and most of the processor time.
 */
export function createPartMemories() {
  let kept: PartMemory | undefined;

  return {
    /** For an upload of so many bytes, as far as that is known. What is in it is of the last one. */
    take(size: number | undefined): PartMemory {
      const memory = kept;
      kept = undefined;
      if (memory) return memory;
      const room = Math.min(PART_BYTES, size ?? PART_BYTES);
      return [Buffer.allocUnsafeSlow(room), Buffer.allocUnsafeSlow(room)];
    },
    /** Gives it back: nobody may read or write it any more. */
    giveBack(memory: PartMemory): void {
      if (memory[0].length === PART_BYTES) kept = memory;
    },
  };
}
