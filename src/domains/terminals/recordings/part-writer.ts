import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../../core/clock.ts';
import type { Log } from '../../../core/log.ts';
import type { Queue } from '../../../core/queue.ts';
import type { RecordingStore, RecordingWrite } from './recording-store.ts';

/**
 * How long events wait to be stored, in milliseconds. If the service is killed, at most this much typed input is lost.
 */
const STORE_EVERY_MS = 3_000;

/** Size at which waiting events are stored immediately, in bytes. */
const STORE_AT_BYTES = 128 * 1024;

/** How long storing the end of a recording is retried, in milliseconds. After that, maintenance ends the recording. */
const CLOSE_WITHIN_MS = 60_000;

const compress = promisify(gzip);

/** The position of a recording after all events passed to its writer. */
type RecordingState = Pick<RecordingWrite, 'offset' | 'bytes' | 'durationMs' | 'truncated'>;

interface Piece {
  /** Memory of the events, in bytes. */
  taken: number;
  content: Buffer | undefined;
  ending: RecordingWrite['ending'];
  state: RecordingState;
}

export interface PartWriterOptions {
  id: string;
  /** Id of this writer: the lease on the recording. */
  writer: string;
  /** Index of the next part. */
  place: number;
  store: Pick<RecordingStore, 'write'>;
  memory: ReturnType<RecordingMemory['share']>;
  /** Limits how many recordings are stored at the same time. */
  queue: Queue;
  clock: Pick<Clock, 'now'>;
  log: Log;
  state: () => RecordingState;
  /** Called when another writer has adopted the recording, or it was deleted. */
  onLost: () => void;
}

/** Creates a writer that stores a recording's events in parts. Callers never wait; the queue in memory is bounded. */
export function createPartWriter(options: PartWriterOptions) {
  const { id, writer, store, memory, queue, clock, log, state, onLost } = options;
  let { place } = options;
  let events: string[] = [];
  /** Memory of the waiting events, in bytes. */
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
        const isStored = await queue.run(storePiece);
        isFailing = false;
        if (!isStored) return abandon();
      } while (isUrgent());
      if (taken > 0) storeLater();
    } catch (error) {
      if (!isFailing) log.warn({ err: error, recordingId: id }, 'storing a recording failed; retrying');
      isFailing = true;
      if (Date.now() > closeUntil) abandon();
      else storeLater();
    } finally {
      // Reset it immediately: otherwise nothing would store events that are added from here on.
      storing = undefined;
    }
  }

  async function storePiece(): Promise<boolean> {
    piece ??= await seal();
    const { content, state: at } = piece;
    const isStored = await store.write(id, {
      ...at,
      writer,
      place,
      content,
      ending: piece.ending,
      at: clock.now(),
    });
    if (piece.ending !== 'more') isDone = true;
    if (content) place += 1;
    memory.release(piece.taken);
    piece = undefined;
    return isStored;
  }

  async function seal(): Promise<Piece> {
    const sealed = { taken, ending, state: state(), content: undefined };
    const text = events.join('');
    events = [];
    taken = 0;
    return { ...sealed, content: text === '' ? undefined : await compress(text) };
  }

  function abandon(): void {
    isDone = true;
    clearTimeout(timer);
    memory.release(taken + (piece?.taken ?? 0));
    events = [];
    taken = 0;
    piece = undefined;
    onLost();
  }

  return {
    /** Adds events. Returns false, and adds nothing, if the memory limit is reached. */
    put(text: string, bytes: number): boolean {
      if (isDone || ending !== 'more' || !memory.take(bytes)) return false;
      events.push(text);
      taken += bytes;
      if (taken >= STORE_AT_BYTES) storeNow();
      else storeLater();
      return true;
    },

    /** Closes the recording with these last events, which are exempt from the memory limit. */
    close(how: 'released' | 'ended', lastEvents = ''): void {
      if (ending !== 'more') return;
      ending = how;
      events.push(lastEvents);
      closeUntil = Date.now() + CLOSE_WITHIN_MS;
      storeNow();
    },

    /** Resolves when no write is in progress. */
    async settled(): Promise<void> {
      for (let current = storing; current; current = storing) await current;
    },
  };
}

/**
 * Memory for events of all terminals that wait to be stored, in bytes: the cost of a database that does not respond.
 */
const MAX_BYTES_OF_ALL = 32 * 1024 * 1024;

/** Memory for waiting events of one terminal, in bytes. */
const MAX_BYTES_OF_ONE = 2 * 1024 * 1024;

/** Limits the memory of all recorders, each and together. */
export function createRecordingMemory(limits: { ofAll?: number; ofOne?: number } = {}) {
  const { ofAll = MAX_BYTES_OF_ALL, ofOne = MAX_BYTES_OF_ONE } = limits;
  let taken = 0;
  return {
    /** Creates the share of one recorder. */
    share() {
      let own = 0;
      return {
        /** Reserves memory. Returns false if the limit is reached. */
        take(bytes: number): boolean {
          if (own + bytes > ofOne || taken + bytes > ofAll) return false;
          own += bytes;
          taken += bytes;
          return true;
        },
        release(bytes: number): void {
          own -= bytes;
          taken -= bytes;
        },
      };
    },
    taken: () => taken,
  };
}

export type RecordingMemory = ReturnType<typeof createRecordingMemory>;
