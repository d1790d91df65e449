/** Longest title that is remembered, in bytes: nobody reads more of it. */
const MAX_TITLE = 1_024;

/** No byte has this number. */
const NONE = -1;

/**
 * Gathers the title that is set last in a piece of output, by where it begins and ends: however many titles a piece
 * sets, one is copied. `title` is given each in memory of its own.
 */
export function createTitleCollector({ title }: { title(bytes: Buffer): void }) {
  /** What earlier pieces have of a title that is not whole yet. */
  let earlier = Buffer.alloc(0);
  let begin = 0;
  let isContinued = false;
  /** Of the last whole title; its end is -1 where the piece has none. */
  let lastBegin = 0;
  let lastEnd = NONE;
  let isLastContinued = false;

  function finish(piece: Buffer): void {
    if (lastEnd === NONE) return;
    const rest = piece.subarray(lastBegin, lastEnd);
    lastEnd = NONE;
    const length = rest.length + (isLastContinued ? earlier.length : 0);
    if (length <= MAX_TITLE) title(isLastContinued ? Buffer.concat([earlier, rest]) : Buffer.from(rest));
  }

  /** What was begun, up to one byte more than a title may have. */
  function keep(piece: Buffer, end: number): void {
    const rest = piece.subarray(begin, Math.min(end, begin + MAX_TITLE + 1));
    earlier = isContinued ? Buffer.concat([earlier, rest]).subarray(0, MAX_TITLE + 1) : Buffer.from(rest);
    isContinued = true;
    begin = 0;
  }

  return {
    /** A title begins at this byte of the piece. */
    begin(at: number): void {
      begin = at;
      isContinued = false;
    },
    /** The title ends before this byte of the piece; it may be -1, where the byte before ended the last piece. */
    end(at: number): void {
      lastBegin = begin;
      lastEnd = at > begin ? at : begin;
      isLastContinued = isContinued;
    },
    /** No more of the piece follows; where `begunEnd` is a number, a title that goes on has its bytes before that. */
    endPiece(piece: Buffer, begunEnd: number | undefined): void {
      finish(piece);
      if (begunEnd === undefined) isContinued = false;
      else keep(piece, begunEnd);
    },
  };
}
