import { PIECE_BYTES } from './piece-memory.ts';

/** A part of an upload: its size in bytes, and how long its client may take for it in milliseconds. */
export interface PartSize {
  size: number;
  patienceMs: number;
}

/**
 * How long it should take to lay down an upload of one part, and each of several, in milliseconds:
 * nothing else can be done with the machine meanwhile.
 */
const WHOLE_MS = 4_000;
const PART_MS = 1_000;
/** What a client that was fast may be slower in the end, in milliseconds; what is missing then is filled up. */
const GRACE_MS = 1_000;
/** Pieces of the longest part: 256 MB, of which most may have to be filled up. */
const MOST_PIECES = 128;
/** Pieces of a part of an upload of unknown length, which may end with its first. */
const UNSURE_PIECES = 4;

/**
 * The next part of an upload: of what its client should send in time, by how long it has taken so far
 * for each piece. `first` is the length of its first piece, `left` what is to come with that, where
 * it is known. Pure.
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
