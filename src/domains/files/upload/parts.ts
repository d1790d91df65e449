import { Readable } from 'node:stream';
import { BLOCK_BYTES, paddingAfter, TAR_TYPE, writeTarHeader } from './tar-header.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { linkedAbort } from '../../../core/async.ts';
import { PIECE_BYTES } from './pieces.ts';

/** Padding of a part. */
const ZEROS = Buffer.alloc(1024 * 1024);

/** How an upload gets into its machine. */
export interface PartWay {
  /** Folder of the parts, in the machine's root. */
  folder: string;
  /** Size of the whole upload in bytes, if known. */
  size: number | undefined;
  /** Returns the owner of a part of several pieces; undefined for a part of root that is readable by all. */
  owner: () => Promise<Owner | undefined>;
  copy(tar: Readable): Promise<void>;
  /** Called after each copied part. `bytes` is the size of its content if the part is padded. */
  onCopied(name: string, bytes: number | undefined): void;
  /** Aborts when the upload is cancelled. */
  signal: AbortSignal;
  /** Chooses the size of parts; by default {@link nextPart}. */
  partSize?: typeof nextPart | undefined;
}

/**
 * Sends an upload in parts. A part has as many pieces as its client should send within the time of a part, and starts
 * when its first piece has arrived. If the client is late, the part is padded, and later pieces go into the next part.
 */
export async function sendParts(pieces: AsyncIterator<Buffer, void>, way: PartWay): Promise<void> {
  const { folder, signal, partSize = nextPart } = way;
  const flow = createPieceFlow(pieces);
  let left = way.size;
  for (let number = 0; ; number += 1) {
    const first = await flow.next();
    if (!first) return;
    const part = partSize({ first: first.length, left, paceMs: flow.paceMs(), number });
    const owner = part.size > first.length ? await way.owner() : undefined;
    signal.throwIfAborted();
    const name = partName(number);
    const content = createContent(first, { ...part, flow, signal });
    const tar = partTar({ folder, name, size: part.size, owner }, content.bytes());
    await way.copy(Readable.from(tar, { objectMode: false }));
    signal.throwIfAborted();
    const bytes = content.taken();
    way.onCopied(name, bytes === part.size ? undefined : bytes);
    if (left !== undefined) left -= bytes;
  }
}

/** The content of a part: pieces, and zeros if they are late. */
function createContent(
  first: Buffer,
  { size, patienceMs, flow, signal }: PartSize & { flow: PieceFlow; signal: AbortSignal },
) {
  let taken = 0;
  return {
    /** Returns the number of bytes of the upload in this part. */
    taken: () => taken,
    async *bytes(): AsyncGenerator<Buffer, void> {
      const end = performance.now() + patienceMs;
      for (let piece: Buffer | undefined = first; piece;) {
        taken += piece.length;
        yield piece;
        // The consumer asked for more, so it has sent all earlier pieces and is sending this one.
        flow.advance();
        if (taken === size) return;
        piece = await flow.nextWithin(end - performance.now(), signal);
      }
      for (let left = size - taken; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
    },
  };
}

type PieceFlow = ReturnType<typeof createPieceFlow>;

/** Creates a look-ahead over an upload's pieces that measures their pace. */
function createPieceFlow(pieces: AsyncIterator<Buffer, void>, now: () => number = () => performance.now()) {
  const start = now();
  let received = 0;
  let paceMs = 0;
  let coming = nextPiece();

  function nextPiece(): Promise<Buffer | undefined> {
    const next = pieces.next().then(({ value, done }) => {
      received += 1;
      paceMs = (now() - start) / received;
      return done ? undefined : value;
    });
    // The waiting caller gets the error, but there may be none now.
    next.catch(() => undefined);
    return next;
  }

  return {
    /** Returns the next piece; undefined after the last one. */
    next: () => coming,
    /** Starts reading the next piece, into the memory of the piece before the current one. */
    advance(): void {
      coming = nextPiece();
    },
    /** Returns the average milliseconds per piece so far. */
    paceMs: () => paceMs,
    /**
     * Returns the next piece; undefined after the last one, or if it does not arrive in time.
     * @throws the reason of `signal`
     */
    async nextWithin(milliseconds: number, signal: AbortSignal): Promise<Buffer | undefined> {
      const over = linkedAbort(signal);
      const late = sleep(Math.max(0, milliseconds), undefined, { signal: over.signal });
      late.catch(() => undefined);
      try {
        return await Promise.race([coming, late]);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        over.abort();
        over.unlink();
      }
    },
  };
}

/** Digits of a part's name, so that names sort in the order of the parts. */
const PART_DIGITS = 6;
const END = Buffer.alloc(2 * BLOCK_BYTES);

/** Numeric ids of a user and group in a machine. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A file to create in a machine. */
interface Part {
  folder: string;
  name: string;
  size: number;
  /** Readable only by this owner; without an owner, the file is root's and readable by all. */
  owner: Owner | undefined;
}

/** Returns the name of a part by its number. */
function partName(part: number): string {
  return String(part).padStart(PART_DIGITS, '0');
}

/**
 * Creates an archive with one part of an upload in a folder of the machine's root. The folder belongs to root and
 * nobody else may change it, so nobody can plant a link for the engine to follow with root's rights.
 */
async function* partTar(
  { folder, name, size, owner }: Part,
  content: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  yield writeTarHeader({ name: `${folder}/`, type: TAR_TYPE.folder, size: 0, mode: 0o755 });
  const mode = owner ? 0o600 : 0o644;
  yield writeTarHeader({ name: `${folder}/${name}`, type: TAR_TYPE.file, size, mode, ...owner });
  yield* content;
  yield Buffer.alloc(paddingAfter(size));
  yield END;
}

/** The size of an upload part in bytes, and the time its client has to send it in milliseconds. */
interface PartSize {
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
