import { isDriverAdapterError } from '@prisma/driver-adapter-utils';
import type { MappedError } from '@prisma/driver-adapter-utils';
import { Prisma } from './generated/sqlite/client.ts';

/** What the driver reported: its kind, and the code and message of the database itself. */
export type DriverCause = MappedError & { originalCode?: string; originalMessage?: string };

/**
 * Finds the driver's report in an error of Prisma: most arrive as a known request error that
 * carries it, those of COMMIT as the driver's error itself. Undefined when there is none.
 */
export function driverCause(error: unknown): DriverCause | undefined {
  if (error instanceof Prisma.PrismaClientKnownRequestError)
    return driverCause(error.meta?.driverAdapterError);
  return error instanceof Error && isDriverAdapterError(error) ? error.cause : undefined;
}
