import { isDriverAdapterError } from '@prisma/driver-adapter-utils';
import type { MappedError } from '@prisma/driver-adapter-utils';
import { fault, isFault } from '../../core/errors.ts';
import { Prisma } from './generated/sqlite/client.ts';
import type { PrismaClient } from './generated/sqlite/client.ts';

/** Codes of PostgreSQL if it is starting or stopping (57P…), or if the connection failed (08…). */
const POSTGRES_AWAY = /^(57P0[1-5]|08\w{3})$/;

/** Kinds of driver errors if the server does not respond or rejects connections. */
const AWAY: ReadonlySet<DriverCause['kind']> = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'DatabaseDoesNotExist',
  'DatabaseAccessDenied',
  'AuthenticationFailed',
  'TlsConnectionError',
] as const);

/** Kinds of driver errors if the wait for a lock or a connection timed out. */
const BUSY: ReadonlySet<DriverCause['kind']> = new Set(['SocketTimeout', 'TooManyConnections'] as const);

/** Node's codes for a server that does not respond. */
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

/** Messages of the drivers without a code if the server stops, does not start, or the folder of the file is missing. */
const DRIVER_AWAY =
  /^(Connection terminated|timeout expired|Client has encountered a connection error|Cannot open database because)/;

/** Message of the driver if all connections of the pool are in use. */
const POOL_EXHAUSTED = /^timeout exceeded when trying to connect/;

/**
 * Returns the fault for an error of Prisma: the database does not respond, its disk is full, or it is overloaded.
 * Returns any other error unchanged.
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

/** Handles errors outside of statements: of connecting, and of Prisma's transactions. */
function undriven(error: Error) {
  if (POOL_EXHAUSTED.test(error.message)) return 'DATABASE_BUSY';
  if (DRIVER_AWAY.test(error.message)) return 'DATABASE_UNREACHABLE';
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && (SOCKET_AWAY.has(code) || code === 'SQLITE_CANTOPEN'))
    return 'DATABASE_UNREACHABLE';
  // P2028 has several causes. This one is a time-out of the wait for the transaction.
  const waited =
    error instanceof Prisma.PrismaClientKnownRequestError &&
    error.code === 'P2028' &&
    /Unable to start/.test(error.message);
  return waited ? 'DATABASE_BUSY' : undefined;
}

/** An error of the driver: its kind, and the code and message of the database. */
type DriverCause = MappedError & { originalCode?: string; originalMessage?: string };

/**
 * Returns the driver's error in an error of Prisma, or undefined. Most are the cause of a known request error. Errors of
 * COMMIT are the driver's error itself.
 */
export function driverCause(error: unknown): DriverCause | undefined {
  if (error instanceof Prisma.PrismaClientKnownRequestError)
    return driverCause(error.meta?.driverAdapterError);
  return error instanceof Error && isDriverAdapterError(error) ? error.cause : undefined;
}

/**
 * Returns whether `error` says that a row with the same unique value exists. With `field`, the violated key must also
 * contain that field of the model. Errors report fields on both databases: see {@link withUniqueFields}.
 */
export function isUniqueViolation(error: unknown, field?: string): boolean {
  const cause = driverCause(error);
  if (cause?.kind !== 'UniqueConstraintViolation') return false;
  if (field === undefined) return true;
  const { constraint } = cause;
  return constraint !== undefined && 'fields' in constraint && constraint.fields.includes(field);
}

/** Returns whether `error` says that a row refers to a missing row, or that others refer to a row to delete. */
export function isForeignKeyViolation(error: unknown): boolean {
  return driverCause(error)?.kind === 'ForeignKeyConstraintViolation';
}

/** Faults of a missing parent, without details. */
type ParentFault =
  | 'ASSIGNMENT_NOT_FOUND'
  | 'COURSE_NOT_FOUND'
  | 'INVITATION_INVALID'
  | 'SESSION_NOT_FOUND'
  | 'TERMINAL_NOT_FOUND'
  | 'USER_NOT_FOUND';

/** Returns a function that rethrows an error, as the fault `code` if the parent of a new row no longer exists. */
export function whenGone(code: ParentFault) {
  return (error: unknown): never => {
    throw isForeignKeyViolation(error) ? fault(code, {}, error) : error;
  };
}

/** Returns a function that rethrows an error, as the fault `code` if other rows still refer to a row to delete. */
export function whenUsed(code: 'ASSIGNMENT_HAS_WORK' | 'COURSE_HAS_WORK') {
  return (error: unknown): never => {
    throw isForeignKeyViolation(error) ? fault(code, {}, error) : error;
  };
}

/** The columns of each unique index of a PostgreSQL database, by the name of the index. */
export type UniqueIndexes = ReadonlyMap<string, readonly string[]>;

/**
 * Reads the columns of each unique index. Names of indexes are not enough: a primary key's name has no column.
 * @throws MIGRATION_FAILED if there are no indexes
 */
export async function readUniqueIndexes(client: Pick<PrismaClient, '$queryRaw'>): Promise<UniqueIndexes> {
  const rows = await client.$queryRaw<{ name: string; columns: string[] }[]>`
    SELECT class.relname::text AS name, array_agg(attribute.attname::text) AS columns
    FROM pg_index
    JOIN pg_class class ON class.oid = pg_index.indexrelid
    JOIN pg_namespace namespace ON namespace.oid = class.relnamespace
    JOIN pg_attribute attribute
      ON attribute.attrelid = pg_index.indrelid AND attribute.attnum = ANY (pg_index.indkey)
    WHERE pg_index.indisunique AND namespace.nspname = current_schema()
    GROUP BY class.relname`;
  if (rows.length === 0) throw await withoutTables(client);
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

async function withoutTables(client: Pick<PrismaClient, '$queryRaw'>): Promise<Error> {
  const [row] = await client.$queryRaw<{ schema: string | null }[]>`SELECT current_schema()::text AS schema`;
  const schema = row?.schema;
  const where = schema
    ? `the schema "${schema}" does not have the tables`
    : 'its search_path does not name a schema';
  return fault('MIGRATION_FAILED', {
    problem: `${where}. Check the database and the search_path of DATABASE_URL.`,
  });
}

/** Replaces the index in PostgreSQL's unique violation by its columns, as SQLite reports them. */
export function withUniqueFields(error: unknown, indexes: UniqueIndexes): unknown {
  const cause = driverCause(error);
  if (cause?.kind !== 'UniqueConstraintViolation') return error;
  const { constraint } = cause;
  const fields = constraint && 'index' in constraint ? indexes.get(constraint.index) : undefined;
  if (fields) cause.constraint = { fields: [...fields] };
  return error;
}
