import { setTimeout as sleep } from 'node:timers/promises';

export type PieceFlow = ReturnType<typeof createPieceFlow>;

/** Pieces of an upload as they come, and how fast they do. */
export function createPieceFlow(
  pieces: AsyncIterator<Buffer, void>,
  now: () => number = () => performance.now(),
) {
  const began = now();
  let received = 0;
  let paceMs = 0;
  let coming = nextPiece();

  function nextPiece(): Promise<Buffer | undefined> {
    const next = pieces.next().then(({ value, done }) => {
      received += 1;
      paceMs = (now() - began) / received;
      return done ? undefined : value;
    });
    // A waiting caller gets the error; there may be none any more.
    next.catch(() => undefined);
    return next;
  }

  return {
    /** The piece that comes, or has come; undefined after the last one. */
    coming: () => coming,
    /** Has the piece after that come, into the memory of the one before it. */
    advance(): void {
      coming = nextPiece();
    },
    /** Milliseconds that a piece took so far. */
    paceMs: () => paceMs,
    /** What comes; undefined also where it is not here after so many milliseconds. @throws the reason of `signal` */
    async comingWithin(milliseconds: number, signal: AbortSignal): Promise<Buffer | undefined> {
      const over = new AbortController();
      const late = sleep(Math.max(0, milliseconds), undefined, {
        signal: AbortSignal.any([signal, over.signal]),
      });
      late.catch(() => undefined);
      try {
        return await Promise.race([coming, late]);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        over.abort();
      }
    },
  };
}
