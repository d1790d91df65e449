import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { databaseFault } from './database-fault.ts';
import { parseDatabaseUrl } from './database-url.ts';
import type { DatabaseLocation } from './database-url.ts';
import { PrismaClient as PostgresClient } from './generated/postgres/client.ts';
import { PrismaClient } from './generated/sqlite/client.ts';
import type { Prisma } from './generated/sqlite/client.ts';
import { keepSpareRoom } from './spare-room.ts';
import { createSqliteAdapter, WRITE_WAIT_LIMIT_MS } from './sqlite-adapter.ts';
import { currentSchema } from './current-schema.ts';
import { readUniqueIndexes, withUniqueFields } from './unique-indexes.ts';
import type { UniqueIndexes } from './unique-indexes.ts';
import { setTimeout } from 'node:timers/promises';
import { fault } from '../../core/errors.ts';
import { driverCause } from './driver-cause.ts';

/**
 * How often a transaction is tried. Each time, at least one of those in conflict commits, so this
 * is about how many may meet on one row; the pool lets ten run at once.
 */
const TRIES = 25;

/** Longest pause before the next try, in milliseconds. */
const LONGEST_PAUSE_MS = 200;

/**
 * Runs `attempt` again when the database undid it because of another transaction (serialization
 * failure or deadlock), after a random pause that grows.
 * @throws DATABASE_BUSY when it met a conflict every time.
 */
async function retryingConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (driverCause(error)?.kind !== 'TransactionWriteConflict') throw error;
      if (tries === TRIES) throw fault('DATABASE_BUSY', {}, error);
    }
    await setTimeout(Math.random() * Math.min(5 * 2 ** tries, LONGEST_PAUSE_MS));
  }
}

/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient;

/** An open database: SQLite or PostgreSQL, told apart by nobody but this folder. */
export interface Database {
  readonly provider: 'sqlite' | 'postgresql';
  /**
   * Prisma's client. Its errors that concern users are faults already: DATABASE_UNREACHABLE,
   * DATABASE_BUSY, DISK_FULL.
   */
  readonly client: PrismaClient;
  /**
   * Runs `work` in one transaction, serializable on both databases: as if no other ran beside it.
   * PostgreSQL may undo it for that, and then `work` runs again: it must do nothing but talk to
   * `tx`. Inside, use `tx` alone: on SQLite a write by `client` would wait for this very transaction.
   * @throws DATABASE_BUSY when it did not get its turn, or met a conflict every time.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a transaction that all others in the same turn wait for, in any process: for what
   * adds to a sum that has a limit. Cheaper than {@link transaction} where many would meet, since none
   * is ever undone; those outside of the turn are not kept from anything.
   * @throws DATABASE_BUSY when it did not get its turn
   */
  inTurn<T>(turn: Turn, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Makes sure that a SQLite file can take changes for a while after its disk is full. PostgreSQL is left to who
   * runs it. @throws DISK_FULL
   */
  keepSpareRoom(): Promise<void>;
  /** Resolves when the database answers. @throws DATABASE_UNREACHABLE */
  ping(): Promise<void>;
  /** Rolls back the transactions that are open and closes all connections. */
  close(): Promise<void>;
}

/** What is done by one at a time. */
export type Turn = keyof typeof turns;

/** PostgreSQL's numbers of these locks, in a database that is Berth's alone. */
const turns = { admission: 1, saves: 2, courses: 3 } as const;

/** Longest that a transaction may run, in milliseconds: on SQLite all other writes wait for it. */
const TRANSACTION_LIMIT_MS = 5_000;

/** Longest that a transaction may wait to begin, in milliseconds: the adapter's own limit comes first, with its clearer error. */
const TRANSACTION_WAIT_MS = WRITE_WAIT_LIMIT_MS + 2_000;

/** Limits of a connection to PostgreSQL; times in milliseconds. */
const POSTGRES_LIMITS = {
  application_name: 'berth',
  max: 10,
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 30_000,
  // Beyond any statement of Berth; ends those that wait for a lock nobody gives back.
  statement_timeout: 30_000,
  keepAlive: true,
};

/**
 * Opens the database at `url` (`file:…` or `postgresql://…`) and makes sure that it answers. The
 * tables must be there: see migrate.ts; `mayBeEmpty` only asks whether it answers. `transactionLimit` is the longest a transaction may run, in
 * milliseconds.
 * @throws CONFIG_INVALID, DATABASE_UNREACHABLE, MIGRATION_FAILED where PostgreSQL has no tables
 */
export async function openDatabase(options: {
  url: string;
  transactionLimit?: number;
  mayBeEmpty?: boolean;
}): Promise<Database> {
  const location = parseDatabaseUrl(options.url);
  const schema = location.provider === 'postgresql' ? await readSchema(location.url) : undefined;
  const plain = createClient(location, { limitMs: options.transactionLimit ?? TRANSACTION_LIMIT_MS, schema });
  let indexes: UniqueIndexes = new Map();
  const client = plain.$extends({
    query: {
      $allOperations: ({ operation, args, query }) => {
        if (operation === 'upsert') refuseEmptyUpdate(args);
        return query(args).catch((error: unknown) => {
          throw databaseFault(withUniqueFields(error, indexes));
        });
      },
    },
  }) as unknown as PrismaClient;

  async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await retryingConflicts(() => client.$transaction(work, { isolationLevel: 'Serializable' }));
    } catch (error) {
      throw databaseFault(error);
    }
  }

  async function inTurn<T>(turn: Turn, work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await client.$transaction(async (tx) => {
        // SQLite has but one writer at a time. What is read after the lock is what is there then.
        if (location.provider === 'postgresql') {
          await tx.$executeRaw`SELECT pg_advisory_xact_lock(${turns[turn]}::bigint)`;
        }
        return await work(tx);
      });
    } catch (error) {
      throw databaseFault(error);
    }
  }

  async function ping(): Promise<void> {
    await client.$queryRaw`SELECT 1`;
  }

  try {
    await plain.$connect();
    await ping();
    if (location.provider === 'postgresql' && !options.mayBeEmpty) indexes = await readUniqueIndexes(plain);
  } catch (error) {
    await plain.$disconnect();
    throw databaseFault(error);
  }
  return {
    provider: location.provider,
    client,
    transaction,
    inTurn,
    async keepSpareRoom() {
      if (location.provider === 'sqlite') await keepSpareRoom(client, location.file);
    },
    ping,
    close: () => plain.$disconnect(),
  };
}

/**
 * Prisma turns an upsert into one statement only if it updates something. With an empty update it
 * reads first, and of two processes on PostgreSQL that both find nothing, one fails.
 */
function refuseEmptyUpdate({ update }: { update?: object }): void {
  if (update === undefined || Object.keys(update).length > 0) return;
  throw new Error('An upsert that leaves the row as it is must set a field of its key to itself.');
}

/** Prisma names the schema in each statement, so it must know it. */
async function readSchema(url: string): Promise<string> {
  try {
    const adapter = await new PrismaPg({ connectionString: url, ...POSTGRES_LIMITS, max: 1 }).connect();
    try {
      return await currentSchema(adapter);
    } finally {
      await adapter.dispose();
    }
  } catch (error) {
    throw databaseFault(error);
  }
}

function createClient(
  location: DatabaseLocation,
  { limitMs, schema }: { limitMs: number; schema: string | undefined },
): PrismaClient {
  const settings = (adapter: SqlDriverAdapterFactory) => ({
    adapter,
    errorFormat: 'minimal' as const,
    transactionOptions: { maxWait: TRANSACTION_WAIT_MS, timeout: limitMs },
  });
  if (location.provider === 'sqlite') return new PrismaClient(settings(createSqliteAdapter(location)));
  // The two generated clients have the same rows; what PostgreSQL's takes beyond SQLite's is not used.
  return new PostgresClient(
    settings(
      new PrismaPg(
        { connectionString: location.url, ...POSTGRES_LIMITS },
        schema === undefined ? {} : { schema },
      ),
    ),
  ) as unknown as PrismaClient;
}
