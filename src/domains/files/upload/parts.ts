import { Readable } from 'node:stream';
import { nextPart } from './part-size.ts';
import type { PartSize } from './part-size.ts';
import { partName, partTar } from './part-tar.ts';
import type { Owner } from './part-tar.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a part is filled up with. */
const ZEROS = Buffer.alloc(1024 * 1024);

/** How an upload gets into its machine. */
export interface PartWay {
  /** Where parts are laid down, in the machine's root. */
  folder: string;
  /** Of the whole upload, in bytes, where it is known. */
  size: number | undefined;
  /** Whose a part of several pieces is to be; root's for all to read where that is undefined. */
  owner: () => Promise<Owner | undefined>;
  lay(tar: Readable): Promise<void>;
  /** Told of each part that is there; `bytes` is how much of it is the upload's, where that is not all. */
  laid(name: string, bytes: number | undefined): void;
  /** Aborted when no more is wanted. */
  signal: AbortSignal;
  /** How long parts are; as {@link nextPart} has it when absent. */
  partSize?: typeof nextPart | undefined;
}

/**
 * Sends an upload part by part. A part has as many pieces as its client should send in the time that a
 * part may take, and the first of them is here before it begins. Where the client is late all the same,
 * the part is filled up, and what comes then goes into the next.
 */
export async function sendParts(pieces: AsyncIterator<Buffer, void>, way: PartWay): Promise<void> {
  const { folder, signal, partSize = nextPart } = way;
  const flow = createPieceFlow(pieces);
  let left = way.size;
  for (let number = 0; ; number += 1) {
    const first = await flow.coming();
    if (!first) return;
    const part = partSize({ first: first.length, left, paceMs: flow.paceMs(), number });
    const owner = part.size > first.length ? await way.owner() : undefined;
    signal.throwIfAborted();
    const name = partName(number);
    const content = createContent(first, { ...part, flow, signal });
    const tar = partTar({ folder, name, size: part.size, owner }, content.bytes());
    await way.lay(Readable.from(tar, { objectMode: false }));
    signal.throwIfAborted();
    const bytes = content.taken();
    way.laid(name, bytes === part.size ? undefined : bytes);
    if (left !== undefined) left -= bytes;
  }
}

/** What is in a part: pieces, and zeros where they are late. */
function createContent(
  first: Buffer,
  { size, patienceMs, flow, signal }: PartSize & { flow: PieceFlow; signal: AbortSignal },
) {
  let taken = 0;
  return {
    /** Bytes of the upload in it. */
    taken: () => taken,
    async *bytes(): AsyncGenerator<Buffer, void> {
      const end = performance.now() + patienceMs;
      for (let piece: Buffer | undefined = first; piece;) {
        taken += piece.length;
        yield piece;
        // Asked for more: all before this piece has gone, and this one is on its way.
        flow.advance();
        if (taken === size) return;
        piece = await flow.comingWithin(end - performance.now(), signal);
      }
      for (let left = size - taken; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
    },
  };
}

type PieceFlow = ReturnType<typeof createPieceFlow>;

/** Pieces of an upload as they come, and how fast they do. */
function createPieceFlow(pieces: AsyncIterator<Buffer, void>, now: () => number = () => performance.now()) {
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
