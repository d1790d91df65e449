import { posix } from 'node:path';
import { fault } from '../../core/errors.ts';

/** What Linux takes for a path, in bytes, with the zero at its end. */
const PATH_LIMIT_BYTES = 4_095;
/** Files that the kernel makes up as they are read: nothing to be copied as a whole. */
const KERNEL_FOLDERS = ['/proc', '/sys', '/dev'];

/**
 * A path within a machine, without doubled slashes, dots, or a slash at its end.
 * @throws INPUT_INVALID for one that is not from the root, climbs, or cannot be
 */
export function machinePath(path: string): string {
  if (!path.startsWith('/')) throw invalid('it must begin with "/"');
  if (path.includes('\0')) throw invalid('it may not have a NUL character');
  // What a browser could not read as text, which would name something else.
  if (path.includes('\uFFFD')) throw invalid('it must be text in UTF-8');
  if (Buffer.byteLength(path) > PATH_LIMIT_BYTES) throw invalid(`it may have ${PATH_LIMIT_BYTES} bytes`);
  if (path.split('/').includes('..')) throw invalid('it may not have ".." in it');
  const normal = posix.normalize(path);
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal;
}

/** Whether it is of a folder that lies in no storage. */
export function isOfKernel(path: string): boolean {
  return KERNEL_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function invalid(problem: string) {
  return fault('INPUT_INVALID', { problem: `The path is not one of a machine: ${problem}.` });
}
