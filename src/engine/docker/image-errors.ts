import { fault, isFault } from '../../errors.ts';
import type { Fault } from '../../errors.ts';

/** Codes of Node's sockets for an engine that is not there, or that went while it answered. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
]);

/** What an operation on images failed with, as a fault of the catalogue. */
export function imageFault(error: unknown): Fault {
  if (isFault(error)) return error;
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message: string };
  if (statusCode === undefined && code && UNREACHABLE.has(code)) {
    return fault('ENGINE_UNREACHABLE', {}, error);
  }
  return engineWords(message, error);
}

/** A refusal in the engine's own words. */
export function engineWords(words: string, cause?: unknown): Fault {
  return /no space left on device/i.test(words)
    ? fault('DISK_FULL', { where: 'the container engine' }, cause)
    : fault('ENGINE_REFUSED', { problem: words }, cause);
}

/** Whether the engine answered with `status`, such as 404. */
export function hasStatus(error: unknown, status: number): boolean {
  return (error as { statusCode?: number }).statusCode === status;
}
