import { fault } from '../../core/errors.ts';
import type { FileStat } from './file.ts';

/** Bits of a mode as the kernel has them: what kind of thing it is. */
const KIND_BITS = 0xf000;
const FILE = 0x8000;
const FOLDER = 0x4000;
const LINK = 0xa000;

/** Longest line: three numbers of at most 20 digits. */
export const STAT_LINE_BYTES = 128;

/** Reads `mode size seconds`, the first in hexadecimal. A machine's own programs print it, so it is not trusted. */
export function parseStatLine(line: string): FileStat {
  const [, mode, size, seconds] = /^([\da-f]{1,8}) (\d{1,16}) (-?\d{1,12})\n?$/.exec(line) ?? [];
  if (mode === undefined || size === undefined || seconds === undefined) {
    throw fault('COMMAND_FAILED', { exitCode: 0, problem: 'it did not describe the file' });
  }
  const bits = Number.parseInt(mode, 16);
  // oxlint-disable-next-line no-bitwise -- they are bits.
  const [kind, permissions] = [bits & KIND_BITS, bits & 0o7777];
  return {
    kind: kind === FILE ? 'file' : kind === FOLDER ? 'folder' : kind === LINK ? 'link' : 'other',
    size: Number(size),
    mode: permissions,
    modifiedAt: new Date(Number(seconds) * 1_000),
  };
}
