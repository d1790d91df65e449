import { fault } from '../../../core/errors.ts';
import type { DiskSpace } from '../../engine-disk.ts';

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
