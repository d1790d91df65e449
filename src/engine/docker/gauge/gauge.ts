import type { DiskSpace } from '../../engine-disk.ts';

/** Bytes or files of folders; `late` if counting took too long, `unseen` if the gauge cannot see the folders. */
export type Reading = number | 'late' | 'unseen';

export interface CountLimits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Looks at the engine's disk from a place that sees it. */
export interface Gauge {
  /** @throws ENGINE_UNREACHABLE, ENGINE_REFUSED */
  space(): Promise<DiskSpace>;
  /** Counts the bytes that absolute folders take of the disk, or their files and folders. `late` also when aborted. */
  count(what: 'bytes' | 'files', folders: readonly string[], limits: CountLimits): Promise<Reading>;
  /** Counts the bytes of files without a name that the processes of a container keep on the disk. */
  countOpenFiles(containerId: string, limits: CountLimits): Promise<Reading>;
  /** Whether it can still be asked. */
  isOpen(): boolean;
  close(): void;
}

/** Reads the last line of du's output, such as "8192\ttotal"; `unseen` if it is something else. Pure. */
export function parseTotal(output: string): number | 'unseen' {
  const [, total] = /^(\d+)\ttotal$/m.exec(output) ?? [];
  return total === undefined ? 'unseen' : Number(total);
}
