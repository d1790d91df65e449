import type { DiskSpace } from '../../engine-disk.ts';

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
