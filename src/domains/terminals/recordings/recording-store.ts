import { setImmediate } from 'node:timers/promises';
import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { AccessLimits } from '../../identity/work-access-limits.ts';
import { accessibleAmongFew, accessibleWork, newestOf } from '../../identity/work-access-limits.ts';
import type { Recording, RecordingFilter } from './recording.ts';

/** A recording with the position at which a recorder resumes. */
export interface StoredRecording extends Recording {
  /** Number of the first output byte that is not recorded. */
  offset: number;
  /** Number of stored parts. */
  parts: number;
}

interface NewRecording extends Pick<
  Recording,
  | 'id'
  | 'terminalId'
  | 'sessionId'
  | 'learnerId'
  | 'courseId'
  | 'labSlug'
  | 'machine'
  | 'openedById'
  | 'content'
  | 'rows'
  | 'cols'
  | 'startedAt'
> {
  writer: string;
}

/** A part that a recorder adds, and its position after that part. */
export interface RecordingWrite extends Pick<StoredRecording, 'offset' | 'bytes' | 'durationMs'> {
  writer: string;
  /** Index of the part; it is stored only if it is the next one. */
  place: number;
  /** Compressed events; undefined if there are no events. */
  content: Buffer | undefined;
  at: Date;
  /** Whether the recording continues, is released to another recorder, or has ended. */
  ending: 'more' | 'released' | 'ended';
  truncated: boolean;
}

export type RecordingStore = ReturnType<typeof createRecordingStore>;

/** Size of a row without its content, in bytes: many small rows must count too. */
const RECORDING_ROW_BYTES = 512;
const PART_ROW_BYTES = 64;

/** Rows read or deleted in one statement. */
const BATCH = 100;

/** Stores recordings in the database. */
export function createRecordingStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async insert({ content, machine, ...recording }: NewRecording): Promise<StoredRecording> {
      const row = await client.recording.create({
        data: {
          ...recording,
          input: content === 'input',
          machineName: machine,
          writtenAt: recording.startedAt,
          storedBytes: RECORDING_ROW_BYTES,
        },
      });
      return toStored(row);
    },

    /**
     * Leases the terminal's recording to `writer`, whichever writer had it before; undefined if no recording is in
     * progress.
     */
    async claim(
      terminalId: string,
      writer: string,
    ): Promise<(StoredRecording & { wasReleased: boolean }) | undefined> {
      return database.transaction(async (tx) => {
        const row = await tx.recording.findUnique({ where: { terminalId } });
        if (!row || row.endedAt) return undefined;
        await tx.recording.update({ where: { terminalId }, data: { writer } });
        return { ...toStored(row), wasReleased: row.writer === null };
      });
    },

    /**
     * Stores a part. Returns false if another writer has the recording, or it has ended or was deleted. Writing the
     * same part twice succeeds.
     */
    async write(id: string, write: RecordingWrite): Promise<boolean> {
      const { writer, place, content, at, ending, ...state } = write;
      return database.transaction(async (tx) => {
        const { count } = await tx.recording.updateMany({
          where: { id, writer, parts: place, endedAt: null },
          data: {
            offset: BigInt(state.offset),
            bytes: BigInt(state.bytes),
            durationMs: BigInt(state.durationMs),
            truncated: state.truncated,
            writtenAt: at,
            ...(content && { parts: place + 1, storedBytes: { increment: content.length + PART_ROW_BYTES } }),
            ...(ending === 'ended' && { endedAt: at }),
            ...(ending === 'released' && { writer: null }),
          },
        });
        if (count === 0) return content !== undefined && isWritten(tx, id, write);
        if (content) {
          const bytes = Uint8Array.from(content);
          await tx.recordingPart.create({ data: { recordingId: id, place, content: bytes } });
        }
        return true;
      });
    },

    async find(id: string): Promise<StoredRecording | undefined> {
      const row = await client.recording.findUnique({ where: { id } });
      return row ? toStored(row) : undefined;
    },

    async ofTerminals(ids: readonly string[]): Promise<StoredRecording[]> {
      const rows = await client.recording.findMany({ where: { terminalId: { in: [...ids] } } });
      return rows.map(toStored);
    },

    /** Returns a page of recordings, newest first. */
    async page(
      { learnerId, sessionId, lab }: RecordingFilter,
      /** Whose work is included; undefined: everybody's. */
      limits: AccessLimits | undefined,
      { take, after }: { take: number; after: string | undefined },
    ): Promise<StoredRecording[]> {
      const where = {
        ...(learnerId !== undefined && { learnerId }),
        ...(sessionId !== undefined && { sessionId }),
        ...(lab !== undefined && { labSlug: lab }),
        ...(after !== undefined && { id: { lt: after } }),
      };
      const isNarrow = learnerId !== undefined || sessionId !== undefined;
      const page = { orderBy: { id: 'desc' }, take } as const;
      const rows = await newestOf((isNarrow ? accessibleAmongFew : accessibleWork)(limits), take, {
        ids: (condition) =>
          client.recording.findMany({ where: { ...where, AND: [condition] }, ...page, select: { id: true } }),
        rows: (condition) => client.recording.findMany({ where: { ...where, AND: [condition] }, ...page }),
      });
      return rows.map(toStored);
    },

    /** Returns one compressed part. */
    async part(recordingId: string, place: number): Promise<Buffer | undefined> {
      const row = await client.recordingPart.findUnique({
        where: { recordingId_place: { recordingId, place } },
      });
      return row ? Buffer.from(row.content) : undefined;
    },

    async remove(id: string): Promise<boolean> {
      const { count } = await client.recording.deleteMany({ where: { id } });
      return count > 0;
    },

    /** Deletes the recording of a terminal whose shell never started. */
    async removeOf(terminalId: string): Promise<void> {
      await client.recording.deleteMany({ where: { terminalId } });
    },

    /** Deletes up to `BATCH` recordings that ended before. Returns how many. */
    async removeEnded(before: Date): Promise<number> {
      const old = await client.recording.findMany({
        where: { endedAt: { lt: before } },
        select: { id: true },
        take: BATCH,
      });
      // One after another: SQLite takes long to delete a large one, and everybody waits for it.
      for (const { id } of old) {
        await client.recording.deleteMany({ where: { id } });
        await setImmediate();
      }
      return old.length;
    },

    /**
     * Returns a batch of terminals, after `after`, whose recordings are in progress but were not written to since
     * `since`.
     */
    async quiet(since: Date, after: string): Promise<string[]> {
      const rows = await client.recording.findMany({
        where: { endedAt: null, writtenAt: { lt: since }, terminalId: { gt: after } },
        select: { terminalId: true },
        orderBy: { terminalId: 'asc' },
        take: BATCH,
      });
      return rows.map(({ terminalId }) => terminalId);
    },

    /** Returns the size of all recordings together, in bytes. */
    async storedBytes(): Promise<number> {
      const { _sum: sum } = await client.recording.aggregate({ _sum: { storedBytes: true } });
      return Number(sum.storedBytes ?? 0);
    },

    /**
     * Returns the oldest recording of the learner whose recordings use the most space, preferably one that has ended.
     */
    async oldestOfLargest(): Promise<{ id: string; storedBytes: number } | undefined> {
      const [most] = await client.recording.groupBy({
        by: ['learnerId'],
        _sum: { storedBytes: true },
        orderBy: { _sum: { storedBytes: 'desc' } },
        take: 1,
      });
      if (!most) return undefined;
      const { learnerId } = most;
      const oldest = async (where: object) =>
        client.recording.findFirst({ where: { learnerId, ...where }, orderBy: { id: 'asc' } });
      const row = (await oldest({ endedAt: { not: null } })) ?? (await oldest({}));
      return row ? { id: row.id, storedBytes: Number(row.storedBytes) } : undefined;
    },
  };
}

/** Returns whether this part was stored by an earlier attempt. */
async function isWritten(tx: Transaction, id: string, { writer, place }: RecordingWrite): Promise<boolean> {
  const row = await tx.recording.findUnique({ where: { id }, select: { writer: true, parts: true } });
  return row?.writer === writer && row.parts === place + 1;
}

interface RecordingRow {
  id: string;
  terminalId: string;
  sessionId: string;
  learnerId: string;
  courseId: string | null;
  labSlug: string;
  machineName: string;
  openedById: string;
  input: boolean;
  rows: number;
  cols: number;
  startedAt: Date;
  endedAt: Date | null;
  durationMs: bigint;
  offset: bigint;
  bytes: bigint;
  storedBytes: bigint;
  parts: number;
  truncated: boolean;
}

function toStored(row: RecordingRow): StoredRecording {
  const { id, terminalId, sessionId, learnerId, labSlug, openedById, rows, cols } = row;
  return {
    id,
    terminalId,
    sessionId,
    learnerId,
    courseId: row.courseId ?? undefined,
    labSlug,
    openedById,
    rows,
    cols,
    machine: row.machineName,
    content: row.input ? 'input' : 'output',
    startedAt: row.startedAt,
    endedAt: row.endedAt ?? undefined,
    durationMs: Number(row.durationMs),
    offset: Number(row.offset),
    bytes: Number(row.bytes),
    storedBytes: Number(row.storedBytes),
    parts: row.parts,
    truncated: row.truncated,
  };
}
