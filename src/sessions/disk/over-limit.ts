import type { MachineUsage } from '../../engine/engine-disk.ts';
import type { Lab } from '../../labs/lab.ts';

/** From so many percent of its limit on, a machine's learner is warned. */
const NEAR_PERCENT = 90;

/** Bytes of its limit for which a machine may have a file: empty ones, which no bytes bound, take of the engine's disk too. */
const BYTES_A_FILE = 4096;
/** Most files of one machine, however much it may write. */
const MOST_FILES = 1_000_000;

/** A machine that has written much, and how much it may. */
export interface Writer {
  machine: string;
  writtenBytes: number;
  limitBytes: number;
  /** Files and folders among that; undefined where they were not counted. */
  files?: number | undefined;
}

/** How many files a machine may have. */
export function mostFiles({ limitBytes }: Pick<Writer, 'limitBytes'>): number {
  return Math.min(MOST_FILES, Math.ceil(limitBytes / BYTES_A_FILE));
}

/** Of the machines of one environment those that the lab limits, the one that is furthest first. Pure. */
export function writersOf(machines: readonly MachineUsage[], lab: Pick<Lab, 'machines'>): Writer[] {
  const writers = machines.flatMap(({ name, writtenBytes, files }) => {
    const limitBytes = lab.machines.find((machine) => machine.name === name)?.diskBytes;
    const counted = files === undefined ? {} : { files };
    return limitBytes === undefined ? [] : [{ machine: name, writtenBytes, limitBytes, ...counted }];
  });
  return writers.toSorted((a, b) => shareOf(b) - shareOf(a));
}

/** Whether it wrote more than it may, or more files. */
export function isOver(writer: Writer): boolean {
  return shareOf(writer) > 1;
}

/** Whether it has more files than it may. */
export function hasTooManyFiles(writer: Writer): boolean {
  return (writer.files ?? 0) > mostFiles(writer);
}

function shareOf(writer: Writer): number {
  const written = writer.writtenBytes / writer.limitBytes;
  return writer.files === undefined ? written : Math.max(written, writer.files / mostFiles(writer));
}

/** How much it wrote of what it may, in percent; undefined while that is nothing to be warned of. */
export function nearPercent({ writtenBytes, limitBytes }: Writer): number | undefined {
  const percent = Math.floor((writtenBytes / limitBytes) * 100);
  return percent < NEAR_PERCENT ? undefined : percent;
}
