import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../../core/clock.ts';
import type { Log } from '../../../core/log.ts';
import type { Turns } from '../../../core/turns.ts';
import type { RecordingRoom } from './recording-room.ts';
import type { RecordingStore, RecordingWrite } from './recording-store.ts';

/** How long events wait to be stored, in milliseconds: of what is typed a killed service loses so much at most. */
const STORE_EVERY_MS = 3_000;

/** From so many on they wait no longer, in bytes. */
const STORE_AT_BYTES = 128 * 1024;

/** How long the end is tried to be stored, in milliseconds; upkeep sees to what is left then. */
const CLOSE_WITHIN_MS = 60_000;

const compress = promisify(gzip);

/** Where a recording is by all that was put. */
export type RecordingState = Pick<RecordingWrite, 'offset' | 'bytes' | 'durationMs' | 'truncated'>;

interface Piece {
  /** Of memory, in bytes. */
  taken: number;
  content: Buffer | undefined;
  ending: RecordingWrite['ending'];
  state: RecordingState;
}

export interface PartWriterOptions {
  id: string;
  /** Names who writes. */
  writer: string;
  /** Place of the next part. */
  place: number;
  store: Pick<RecordingStore, 'write'>;
  room: ReturnType<RecordingRoom['part']>;
  /** Those who store at the same time. */
  turns: Turns;
  clock: Pick<Clock, 'now'>;
  log: Log;
  state: () => RecordingState;
  /** Nothing can be stored any more: it was taken over, or deleted. */
  onLost: () => void;
}

export type PartWriter = ReturnType<typeof createPartWriter>;

/** Stores a recording's events in parts. Callers wait for nothing; the queue in memory is bounded. */
export function createPartWriter(options: PartWriterOptions) {
  const { id, writer, store, room, turns, clock, log, state, onLost } = options;
  let { place } = options;
  let events: string[] = [];
  /** Memory that they take, in bytes. */
  let taken = 0;
  let ending: RecordingWrite['ending'] = 'more';
  let piece: Piece | undefined;
  let storing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closeUntil = Infinity;
  let isFailing = false;
  let isDone = false;

  function storeLater(): void {
    timer ??= setTimeout(storeNow, STORE_EVERY_MS).unref();
  }

  function storeNow(): void {
    clearTimeout(timer);
    timer = undefined;
    if (isDone) return;
    storing ??= storeAll();
  }

  const isUrgent = () => !isDone && (taken >= STORE_AT_BYTES || ending !== 'more');

  async function storeAll(): Promise<void> {
    try {
      do {
        const kept = await turns.run(storePiece);
        isFailing = false;
        if (!kept) return lose();
      } while (isUrgent());
      if (taken > 0) storeLater();
    } catch (error) {
      if (!isFailing)
        log.warn({ err: error, recordingId: id }, 'a recording could not be stored; it is tried again');
      isFailing = true;
      if (Date.now() > closeUntil) lose();
      else storeLater();
    } finally {
      // At once: what is put from here on is looked at by nobody else.
      storing = undefined;
    }
  }

  async function storePiece(): Promise<boolean> {
    piece ??= await seal();
    const { content, state: at } = piece;
    const kept = await store.write(id, {
      ...at,
      writer,
      place,
      content,
      ending: piece.ending,
      at: clock.now(),
    });
    if (piece.ending !== 'more') isDone = true;
    if (content) place += 1;
    room.give(piece.taken);
    piece = undefined;
    return kept;
  }

  async function seal(): Promise<Piece> {
    const sealed = { taken, ending, state: state(), content: undefined };
    const text = events.join('');
    events = [];
    taken = 0;
    return { ...sealed, content: text === '' ? undefined : await compress(text) };
  }

  function lose(): void {
    isDone = true;
    clearTimeout(timer);
    room.give(taken + (piece?.taken ?? 0));
    events = [];
    taken = 0;
    piece = undefined;
    onLost();
  }

  return {
    /** False where there is no room for so many bytes, and nothing is put. */
    put(text: string, bytes: number): boolean {
      if (isDone || ending !== 'more' || !room.take(bytes)) return false;
      events.push(text);
      taken += bytes;
      if (taken >= STORE_AT_BYTES) storeNow();
      else storeLater();
      return true;
    },

    /** Nothing more is put after these last words, for which there is always room. */
    close(how: 'released' | 'ended', lastWords = ''): void {
      if (ending !== 'more') return;
      ending = how;
      events.push(lastWords);
      closeUntil = Date.now() + CLOSE_WITHIN_MS;
      storeNow();
    },

    /** Resolves when nothing is being stored. */
    async settled(): Promise<void> {
      for (let current = storing; current; current = storing) await current;
    },
  };
}
