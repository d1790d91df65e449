const MIB = 1024 ** 2;

/** From so many percent of its limit on, a machine's learner is warned. */
const NEAR_PERCENT = 90;

/** How far beyond its limit a machine may go while its learner deletes files: the smaller of the two. */
const MARGIN = { of: 0.1, bytes: 256 * MIB };

/** Bytes of its limit for which a machine may have a file: empty ones, which no bytes bound, take of the engine's disk too. */
const BYTES_A_FILE = 4096;
/** Most files of one machine, however much it may write. */
const MOST_FILES = 1_000_000;

/** What a machine has written, and how much it may. */
export interface Writer {
  machine: string;
  writtenBytes: number;
  limitBytes: number;
  /** Files and folders among that; undefined where they were not counted. */
  files?: number | undefined;
}

/** `full` is beyond the limit, within the margin; `over` is beyond that. */
export type Standing = 'within' | 'full' | 'over';

/** How many files a machine may have. */
export function mostFiles({ limitBytes }: Pick<Writer, 'limitBytes'>): number {
  return Math.min(MOST_FILES, Math.ceil(limitBytes / BYTES_A_FILE));
}

/** Whether it has more files than it may. */
export function hasTooManyFiles(writer: Writer): boolean {
  return (writer.files ?? 0) > mostFiles(writer);
}

/** How a machine stands to its limit. Pure. */
export function standingOf(writer: Writer): Standing {
  const { writtenBytes, limitBytes } = writer;
  if (hasTooManyFiles(writer)) return 'over';
  if (writtenBytes <= limitBytes) return 'within';
  return writtenBytes <= limitBytes + Math.min(MARGIN.of * limitBytes, MARGIN.bytes) ? 'full' : 'over';
}

/** How much it wrote of what it may, in percent; undefined while that is nothing to be warned of. */
export function nearPercent({ writtenBytes, limitBytes }: Writer): number | undefined {
  const percent = Math.floor((writtenBytes / limitBytes) * 100);
  return percent < NEAR_PERCENT ? undefined : percent;
}
