import type { Contained } from './containment.ts';

/**
 * Codes of errors after which the process can no longer trust its memory or its database. Assertions are not among
 * them: hostile input can make Node's own HTTP client throw them.
 */
const FATAL_CODES = new Set([
  'ENOMEM',
  'ERR_MEMORY_ALLOCATION_FAILED',
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_NOMEM',
]);

/** Messages of V8 and of Prisma for the same errors, which have no code there. */
const FATAL_MESSAGES = /^(Array buffer allocation failed|PANIC\b)/;

/** Returns whether an error means that memory has run out, the database is corrupt, or its engine panicked. */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'PrismaClientRustPanicError') return true;
  const { code } = error as NodeJS.ErrnoException;
  return FATAL_CODES.has(code ?? '') || FATAL_MESSAGES.test(error.message);
}

/**
 * Handles exceptions that no boundary caught, because one learner's exception must not end the service for all. Reports
 * the exception, and the process continues. Calls `end` instead if the error is fatal, or if `isServing` says that the
 * start is not complete. Returns a function that uninstalls the handler.
 */
export function installLastResort(options: {
  contained: Contained;
  isServing: () => boolean;
  end: (error: unknown) => void;
}): () => void {
  const { contained, isServing, end } = options;
  // Includes unhandled rejections, which Node raises as exceptions.
  const take = (error: unknown, origin: string) => {
    if (!isServing() || isFatal(error)) end(error);
    else contained('process', error, { origin });
  };
  process.on('uncaughtException', take);
  return () => void process.off('uncaughtException', take);
}
