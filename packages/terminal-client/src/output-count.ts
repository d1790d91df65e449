import type { Hello } from './frames.ts';

/** Bytes of shown output per acknowledgement: an eighth of the server's limit for output in flight. */
const ACK_BYTES = 65_536;

/** A piece of the output. */
export interface Piece {
  bytes: Uint8Array;
  /** Whether it was printed before this connection. */
  replayed: boolean;
  /** Number of the byte after this piece. */
  end: number;
  /** Number of screen resets before this piece. Pieces from before the last reset are not counted as shown. */
  screen: number;
}

/** Counts the output received and shown, over all connections to one terminal. */
export function createOutputCount(from: number | undefined) {
  /** Number of the next byte; undefined before the first output and after a snapshot. */
  let received = from;
  let shown = from ?? 0;
  let acknowledged = shown;
  let live = 0;
  let screen = 0;
  /** Whether the screen shows output, which must be cleared before the output starts over. */
  let drawn = from !== undefined;
  /** Number of the first byte after a snapshot. The snapshot is complete only once output follows. */
  let afterSnapshot: number | undefined;

  return {
    /** The first byte to request; undefined requests a screen snapshot. */
    get from(): number | undefined {
      return received;
    },

    /** Starts a connection. Returns the offset to acknowledge and whether to clear the screen. */
    begin({ offset, live: before, snapshot }: Hello): { ack: number; reset: boolean } {
      const continues = !snapshot && offset === received;
      const reset = !continues && drawn;
      live = before;
      if (!continues) {
        shown = offset;
        screen += 1;
      }
      acknowledged = shown;
      drawn ||= snapshot;
      received = snapshot ? undefined : offset;
      afterSnapshot = snapshot ? offset : undefined;
      return { ack: shown, reset: reset || snapshot };
    },

    /** Numbers received output, split where the replayed part ends. */
    take(bytes: Uint8Array): Piece[] {
      const start = received ?? afterSnapshot ?? 0;
      const end = start + bytes.length;
      received = end;
      afterSnapshot = undefined;
      drawn = true;
      if (start >= live || end <= live) return [{ bytes, replayed: end <= live, end, screen }];
      return [
        { bytes: bytes.subarray(0, live - start), replayed: true, end: live, screen },
        { bytes: bytes.subarray(live - start), replayed: false, end, screen },
      ];
    },

    /** Marks output as shown up to this piece. Returns the offset to acknowledge; undefined for none yet. */
    show(piece: Piece): number | undefined {
      if (piece.screen !== screen) return undefined;
      shown = Math.max(shown, piece.end);
      if (shown - acknowledged < ACK_BYTES) return undefined;
      acknowledged = shown;
      return shown;
    },
  };
}
