import { AssertionError } from 'node:assert';
import type { Contained } from './containment.ts';

/** Codes of errors after which nothing that the process holds in memory can be trusted. */
const FATAL_CODES = new Set([
  'ENOMEM',
  'ERR_ASSERTION',
  'ERR_INTERNAL_ASSERTION',
  'ERR_MEMORY_ALLOCATION_FAILED',
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_NOMEM',
]);

/** Messages of V8 and of Prisma for the same; they have no code. */
const FATAL_MESSAGES = /^(Array buffer allocation failed|PANIC\b)/;

/** Whether an error means that an invariant is broken, or that memory has run out. */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AssertionError || error.name === 'PrismaClientRustPanicError') return true;
  const { code } = error as NodeJS.ErrnoException;
  return FATAL_CODES.has(code ?? '') || FATAL_MESSAGES.test(error.message);
}

/**
 * Takes what escaped every boundary: one learner's exception must not end the service for all. It is
 * reported and the process goes on, unless the error is fatal or `isServing` says that the start is not over: then
 * `end` is called. Returns what uninstalls it.
 */
export function installLastResort(options: {
  contained: Contained;
  isServing: () => boolean;
  end: (error: unknown) => void;
}): () => void {
  const { contained, isServing, end } = options;
  // Also for rejections that nothing handles: Node raises them as exceptions.
  const take = (error: unknown, origin: string) => {
    if (!isServing() || isFatal(error)) end(error);
    else contained('process', error, { origin });
  };
  process.on('uncaughtException', take);
  return () => void process.off('uncaughtException', take);
}
