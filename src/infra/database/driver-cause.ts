import { isDriverAdapterError } from '@prisma/driver-adapter-utils';
import type { MappedError } from '@prisma/driver-adapter-utils';
import { Prisma } from './generated/sqlite/client.ts';

/** An error of the driver: its kind, and the code and message of the database. */
export type DriverCause = MappedError & { originalCode?: string; originalMessage?: string };

/**
 * Returns the driver's error in an error of Prisma, or undefined. Most are the cause of a known request error. Errors of
 * COMMIT are the driver's error itself.
 */
export function driverCause(error: unknown): DriverCause | undefined {
  if (error instanceof Prisma.PrismaClientKnownRequestError)
    return driverCause(error.meta?.driverAdapterError);
  return error instanceof Error && isDriverAdapterError(error) ? error.cause : undefined;
}
