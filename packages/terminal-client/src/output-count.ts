import type { Hello } from './frames.ts';

/** Output is acknowledged each time this many bytes are shown: an eighth of what the server lets be underway. */
const ACK_BYTES = 65_536;

/** A piece of the output. */
export interface Piece {
  bytes: Uint8Array;
  /** Whether it was printed before this connection. */
  replayed: boolean;
  /** Number of the byte after it. */
  end: number;
  /** How often the screen was emptied before it: what was drawn before that is not counted any longer. */
  screen: number;
}

/** Counts output over all connections to one terminal: what was received, to go on there, and what was shown. */
export function createOutputCount(from: number | undefined) {
  /** Number of the next byte; undefined while nothing is there to go on from. */
  let received = from;
  let shown = from ?? 0;
  let acknowledged = shown;
  let live = 0;
  let screen = 0;
  /** Whether anything was drawn, which is to go before something is drawn from its beginning. */
  let drawn = from !== undefined;
  /** Where output goes on after a drawing of the screen, which is whole only when output follows it. */
  let afterSnapshot: number | undefined;

  return {
    /** The first byte to ask for; undefined asks for the screen as it is. */
    get from(): number | undefined {
      return received;
    },

    /** A connection begins: what to acknowledge at once, and whether the screen is to be emptied before. */
    begin({ offset, live: before, snapshot }: Hello): { ack: number; reset: boolean } {
      const goesOn = !snapshot && offset === received;
      const reset = !goesOn && drawn;
      live = before;
      if (!goesOn) {
        shown = offset;
        screen += 1;
      }
      acknowledged = shown;
      drawn ||= snapshot;
      received = snapshot ? undefined : offset;
      afterSnapshot = snapshot ? offset : undefined;
      return { ack: shown, reset: reset || snapshot };
    },

    /** Numbers what came, cut where the past ends. */
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

    /** It is shown, and all before it; answers what is to be acknowledged now, if anything. */
    show(piece: Piece): number | undefined {
      if (piece.screen !== screen) return undefined;
      shown = Math.max(shown, piece.end);
      if (shown - acknowledged < ACK_BYTES) return undefined;
      acknowledged = shown;
      return shown;
    },
  };
}
