import { PIECE_BYTES } from './pieces.ts';

/** The size of an upload part in bytes, and the time its client has to send it in milliseconds. */
export interface PartSize {
  size: number;
  patienceMs: number;
}

/**
 * Target time to copy an upload of one part, and each of several parts, in milliseconds: the engine blocks the machine
 * meanwhile.
 */
const WHOLE_MS = 4_000;
const PART_MS = 1_000;
/** Extra time for a client that becomes slower, in milliseconds; then the rest of the part is padded. */
const GRACE_MS = 1_000;
/** Pieces of the largest part: 256 MB, most of which may be padding. */
const MOST_PIECES = 128;
/** Pieces of a part if the upload's length is unknown: it may end with its first part. */
const UNSURE_PIECES = 4;

/**
 * Returns the size of the next part: as much as the client should send in time, at its average time per piece so far.
 * `first` is the length of the first piece, `left` the remaining bytes including it, if known. Pure.
 */
export function nextPart({
  first,
  left,
  paceMs,
  number,
}: {
  first: number;
  left: number | undefined;
  paceMs: number;
  number: number;
}): PartSize {
  // A short piece is the last one.
  const most = left ?? (first < PIECE_BYTES ? first : UNSURE_PIECES * PIECE_BYTES);
  const pieces = Math.ceil(most / PIECE_BYTES);
  if (number === 0 && pieces <= MOST_PIECES && pieces * paceMs <= WHOLE_MS) {
    return { size: most, patienceMs: WHOLE_MS + GRACE_MS };
  }
  const inTime = Math.max(1, Math.min(MOST_PIECES, Math.floor(PART_MS / Math.max(1, paceMs))));
  return { size: Math.min(most, inTime * PIECE_BYTES), patienceMs: PART_MS + GRACE_MS };
}
