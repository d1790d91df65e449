import type { DiskSpace } from '../../engine-disk.ts';
import { fault } from '../../../core/errors.ts';

/**
 * Bytes or number of files; `late` if counting took too long, `unseen` if the gauge cannot access the
 * folders.
 */
export type Reading = number | 'late' | 'unseen';

export interface CountLimits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Measures the engine's disk. */
export interface Gauge {
  /** @throws ENGINE_UNREACHABLE, ENGINE_REFUSED */
  space(): Promise<DiskSpace>;
  /** Counts the bytes on disk of absolute folders, or their files and folders. `late` also if aborted. */
  count(what: 'bytes' | 'files', folders: readonly string[], limits: CountLimits): Promise<Reading>;
  /** Counts the bytes of deleted files that a container's processes keep open or mapped. */
  countOpenFiles(containerId: string, limits: CountLimits): Promise<Reading>;
  /** Whether it still answers. */
  isOpen(): boolean;
  close(): void;
}

/** Parses the last line of du's output, such as "8192\ttotal"; `unseen` for any other output. */
export function parseTotal(output: string): number | 'unseen' {
  const [, total] = /^(\d+)\ttotal$/m.exec(output) ?? [];
  return total === undefined ? 'unseen' : Number(total);
}

/** Values that systems report for a file system. */
type Counted = 'bsize' | 'blocks' | 'bavail' | 'files' | 'ffree';

export function spaceOf({ bsize, blocks, bavail, files, ffree }: Record<Counted, number>): DiskSpace {
  return {
    totalBytes: blocks * bsize,
    freeBytes: bavail * bsize,
    ...(files > 0 && { files: { total: files, free: ffree } }),
  };
}

/**
 * Parses the output of `stat --file-system --format="%S %b %a %c %d"`.
 * @throws ENGINE_REFUSED for any other output
 */
export function parseSpace(output: string): DiskSpace {
  const line = /^(\d+) (\d+) (\d+) (\d+) (\d+)\s*$/.exec(output);
  if (!line) throw fault('ENGINE_REFUSED', { problem: `stat printed: ${output}` });
  const [bsize = 0, blocks = 0, bavail = 0, files = 0, ffree = 0] = line.slice(1).map(Number);
  return spaceOf({ bsize, blocks, bavail, files, ffree });
}
