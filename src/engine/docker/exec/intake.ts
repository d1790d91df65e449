/** Pieces of borrowed memory, on their way into that of a reader. */
export interface Intake {
  /** Takes one in; {@link Intake.hand} is to be called before its memory is used for another. */
  add(piece: Buffer): void;
  /** Gives a reader that waits what there is; whether all is gone, so that the memory is free. */
  hand(): boolean;
  /** Nothing more comes: the reader finds the end, or `error`, after what there is. */
  end(error?: Error): void;
  /** As {@link Intake.end}, and throws away what there is. */
  drop(error: Error): void;
  /** As a ByteSource reads. */
  read(memory: Buffer): Promise<number>;
}

/** Calls `onEmpty` when a reader has taken the last of what could not be handed over at once. */
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
        const held = pieces.length > 0;
        waiting = { memory, resolve, reject };
        if (hand() && held) onEmpty();
      });
    },
  };
}
