import { fault, isFault } from '../../core/errors.ts';
import { driverCause } from './driver-cause.ts';
import type { DriverCause } from './driver-cause.ts';
import { Prisma } from './generated/sqlite/client.ts';

/** Codes of PostgreSQL: it is starting or stopping (57P…), or the connection broke (08…). */
const POSTGRES_AWAY = /^(57P0[1-5]|08\w{3})$/;

/** What drivers report of a server that is not there, or lets nobody in. */
const AWAY: ReadonlySet<DriverCause['kind']> = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'DatabaseDoesNotExist',
  'DatabaseAccessDenied',
  'AuthenticationFailed',
  'TlsConnectionError',
] as const);

/** What they report when there was no turn or no connection in time. */
const BUSY: ReadonlySet<DriverCause['kind']> = new Set(['SocketTimeout', 'TooManyConnections'] as const);

/** Codes of Node for a server that is not there. */
const SOCKET_AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
]);

/** What the drivers throw without a code when the server goes, does not come, or the file's folder is missing. */
const DRIVER_AWAY =
  /^(Connection terminated|timeout expired|Client has encountered a connection error|Cannot open database because)/;

/** Likewise when all connections of the pool are in use. */
const POOL_EXHAUSTED = /^timeout exceeded when trying to connect/;

/**
 * The fault of the catalogue that an error of Prisma means for users: the database is away, has
 * no disk left, or has too much to do. Any other error is returned as it is.
 */
export function databaseFault(error: unknown): unknown {
  if (!(error instanceof Error) || isFault(error)) return error;
  const code = faultOf(driverCause(error), error);
  if (code === 'DISK_FULL') return fault(code, { where: 'the database' }, error);
  return code ? fault(code, {}, error) : error;
}

function faultOf(cause: DriverCause | undefined, error: Error) {
  const code = cause?.originalCode ?? (cause?.kind === 'postgres' ? cause.code : undefined);
  if (code === 'SQLITE_FULL' || code === '53100') return 'DISK_FULL';
  if (code?.startsWith('SQLITE_CANTOPEN') || code?.startsWith('SQLITE_IOERR')) return 'DATABASE_UNREACHABLE';
  if (code !== undefined && POSTGRES_AWAY.test(code)) return 'DATABASE_UNREACHABLE';
  if (cause !== undefined && AWAY.has(cause.kind)) return 'DATABASE_UNREACHABLE';
  if (cause !== undefined && BUSY.has(cause.kind)) return 'DATABASE_BUSY';
  return undriven(error);
}

/** Errors that did not come from a statement: of connecting, and of Prisma's transactions. */
function undriven(error: Error) {
  if (POOL_EXHAUSTED.test(error.message)) return 'DATABASE_BUSY';
  if (DRIVER_AWAY.test(error.message)) return 'DATABASE_UNREACHABLE';
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && (SOCKET_AWAY.has(code) || code === 'SQLITE_CANTOPEN'))
    return 'DATABASE_UNREACHABLE';
  // P2028 has several causes; this one is that the transaction did not get its turn.
  const waited =
    error instanceof Prisma.PrismaClientKnownRequestError &&
    error.code === 'P2028' &&
    /Unable to start/.test(error.message);
  return waited ? 'DATABASE_BUSY' : undefined;
}
