import { posix } from 'node:path';
import { fault } from '../../core/errors.ts';

/** Longest path that Linux accepts, in bytes, without the final NUL. */
const PATH_LIMIT_BYTES = 4_095;
/** Folders of the kernel, which generates their files on each read: they cannot be copied as a whole. */
const KERNEL_FOLDERS = ['/proc', '/sys', '/dev'];

/**
 * Normalises an absolute path in a machine: removes doubled slashes, dots, and a final slash.
 * @throws INPUT_INVALID if it is relative, contains "..", or cannot exist
 */
export function machinePath(path: string): string {
  if (!path.startsWith('/')) throw invalid('it must start with "/"');
  if (path.includes('\0')) throw invalid('it must not contain a NUL character');
  // A browser could not decode it, so it would name a different file.
  if (path.includes('\uFFFD')) throw invalid('it must be valid UTF-8');
  if (Buffer.byteLength(path) > PATH_LIMIT_BYTES)
    throw invalid(`it is longer than ${PATH_LIMIT_BYTES} bytes`);
  if (path.split('/').includes('..')) throw invalid('it must not contain ".."');
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}

/** Returns whether the path is in a virtual folder of the kernel. */
export function isKernelPath(path: string): boolean {
  return KERNEL_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function invalid(problem: string) {
  return fault('INPUT_INVALID', { problem: `The path is not valid: ${problem}.` });
}
