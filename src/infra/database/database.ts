import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { databaseFault, driverCause, readUniqueIndexes, withUniqueFields } from './database-errors.ts';
import { parseDatabaseUrl } from './database-url.ts';
import type { DatabaseLocation } from './database-url.ts';
import { PrismaClient as PostgresClient } from './generated/postgres/client.ts';
import { PrismaClient } from './generated/sqlite/client.ts';
import type { Prisma } from './generated/sqlite/client.ts';
import { keepSpareSpace } from './spare-space.ts';
import { createSqliteAdapter, WRITE_WAIT_LIMIT_MS } from './sqlite-adapter.ts';
import { currentSchema } from './migration-target.ts';
import type { UniqueIndexes } from './database-errors.ts';
import { setTimeout } from 'node:timers/promises';
import { fault } from '../../core/errors.ts';

/**
 * Maximum attempts of a transaction. In each round, at least one of the conflicting transactions commits, so this is
 * about how many may conflict on one row. The pool runs ten at once.
 */
const TRIES = 25;

/** Maximum pause before the next attempt, in milliseconds. */
const LONGEST_PAUSE_MS = 200;

/**
 * Retries `attempt` if the database rolled it back because of another transaction (serialization failure or deadlock),
 * after a random pause that grows.
 * @throws DATABASE_BUSY after a conflict in every attempt
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

/** Prisma's client inside a transaction. */
export type Transaction = Prisma.TransactionClient;

/** An open database. Only this folder distinguishes SQLite and PostgreSQL. */
export interface Database {
  readonly provider: 'sqlite' | 'postgresql';
  /**
   * Prisma's client. Its errors that concern users are already faults: DATABASE_UNREACHABLE, DATABASE_BUSY, DISK_FULL.
   */
  readonly client: PrismaClient;
  /**
   * Runs `work` in a transaction that is serializable on both databases. PostgreSQL may roll it back because of a
   * conflict, and then `work` runs again, so it must only use `tx` and have no other effects. On SQLite, a write with
   * `client` inside `work` would wait for this transaction forever.
   * @throws DATABASE_BUSY if the wait for its start times out, or after a conflict in every attempt
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a transaction while it holds a lock, over all processes. For work that adds to a sum with a limit. If
   * many transactions would conflict, this is cheaper than {@link transaction}, because none is rolled back.
   * Transactions without the lock are not affected.
   * @throws DATABASE_BUSY if the wait for the lock times out
   */
  withLock<T>(lock: LockName, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Reserves space in a SQLite file, so that it can store changes for a while after its disk is full. Does nothing on
   * PostgreSQL. @throws DISK_FULL
   */
  keepSpareSpace(): Promise<void>;
  /** Resolves when the database responds. @throws DATABASE_UNREACHABLE */
  ping(): Promise<void>;
  /** Rolls back open transactions and closes all connections. */
  close(): Promise<void>;
}

/** Name of a lock. */
type LockName = keyof typeof locks;

/** Numbers of PostgreSQL's advisory locks. No other program uses the database. */
const locks = { admission: 1, saves: 2, collections: 3 } as const;

/** Maximum time of a transaction, in milliseconds: on SQLite all other writes wait for it. */
const TRANSACTION_LIMIT_MS = 5_000;

/**
 * Maximum wait for the start of a transaction, in milliseconds. The adapter's own limit is shorter and has a clearer
 * error.
 */
const TRANSACTION_WAIT_MS = WRITE_WAIT_LIMIT_MS + 2_000;

/** Limits of a connection to PostgreSQL; times in milliseconds. */
const POSTGRES_LIMITS = {
  application_name: 'berth',
  max: 10,
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 30_000,
  // Longer than any statement of Berth. Ends statements that wait for a lock that is never released.
  statement_timeout: 30_000,
  keepAlive: true,
};

/**
 * Opens the database at `url` (`file:…` or `postgresql://…`) and checks that it responds. Its tables must exist (see
 * migrate.ts), unless `mayBeEmpty`. `transactionLimit` is the maximum time of a transaction in milliseconds.
 * @throws CONFIG_INVALID, DATABASE_UNREACHABLE, or MIGRATION_FAILED if PostgreSQL has no tables
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

  async function withLock<T>(lock: LockName, work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await client.$transaction(async (tx) => {
        // SQLite has only one writer at a time, so it needs no lock.
        if (location.provider === 'postgresql') {
          await tx.$executeRaw`SELECT pg_advisory_xact_lock(${locks[lock]}::bigint)`;
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
    withLock,
    async keepSpareSpace() {
      if (location.provider === 'sqlite') await keepSpareSpace(client, location.file);
    },
    ping,
    close: () => plain.$disconnect(),
  };
}

/**
 * Rejects upserts with an empty update. Prisma makes an upsert a single statement only if it updates something.
 * Otherwise it reads first, and if two processes on PostgreSQL both find nothing, one fails.
 */
function refuseEmptyUpdate({ update }: { update?: object }): void {
  if (update === undefined || Object.keys(update).length > 0) return;
  throw new Error('An upsert without an update must set a field of its key to itself.');
}

/** Reads the schema, which Prisma needs because it names it in each statement. */
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
  // Both generated clients have the same rows. Berth does not use the additional features of PostgreSQL's client.
  return new PostgresClient(
    settings(
      new PrismaPg(
        { connectionString: location.url, ...POSTGRES_LIMITS },
        schema === undefined ? {} : { schema },
      ),
    ),
  ) as unknown as PrismaClient;
}

const KEY = 'installation';

/**
 * Returns the id of this installation. Berth labels everything that it creates on the container engine with it, to
 * distinguish installations on the same engine. It is stored in the database, so all processes use the same id.
 */
export async function readInstallation({ client }: Pick<Database, 'client'>): Promise<string> {
  const { value } = await client.setting.upsert({
    where: { key: KEY },
    create: { key: KEY, value: randomUUID() },
    update: { key: KEY },
  });
  return value;
}
