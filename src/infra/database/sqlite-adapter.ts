import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';
import { fault } from '../../core/errors.ts';
import { DRIVER_BUSY_TIMEOUT_MS, whenFree, createWriteQueue } from './sqlite-waiting.ts';

/** Maximum wait of a write for earlier ones, in milliseconds: twice the longest transaction. */
export const WRITE_WAIT_LIMIT_MS = 10_000;

/** Maximum number of waiting writes: more than a thousand learners cause at once. Further ones would time out anyway. */
const WRITE_QUEUE_LIMIT = 5_000;

/** Maximum number of values in a statement: the limit of SQLite as better-sqlite3 builds it. Prisma assumes 999. */
const MOST_VALUES = 32_766;

/** Size to which the write-ahead log is truncated after a checkpoint, in bytes. */
const LOG_SIZE_LIMIT = 64 * 1024 * 1024;

/**
 * Creates an adapter for SQLite that loses no acknowledged change and shows no uncommitted data.
 *
 * Prisma's own adapter has one connection, and a statement outside of a transaction joins any transaction that is open
 * on it. Here, writes and transactions run one after another on one connection. Reads outside of transactions use a
 * second, read-only connection. See docs/adr/0003-sqlite-adapter.md.
 */
export function createSqliteAdapter(options: { file: string }): SqlDriverAdapterFactory {
  const { file } = options;
  const shared = { url: file, timeout: DRIVER_BUSY_TIMEOUT_MS };
  return {
    provider: 'sqlite',
    adapterName: 'berth-sqlite',
    async connect() {
      const writer = await new PrismaBetterSqlite3(shared).connect();
      try {
        await prepareWriter(writer, file);
        return serialized(writer, await new PrismaBetterSqlite3({ ...shared, readonly: true }).connect());
      } catch (error) {
        await writer.dispose();
        throw error;
      }
    },
  };
}

async function prepareWriter(writer: SqlDriverAdapter, file: string): Promise<void> {
  const mode = await whenFree(() =>
    writer.queryRaw({ sql: 'PRAGMA journal_mode=WAL', args: [], argTypes: [] }),
  );
  if (mode.rows[0]?.[0] !== 'wal') {
    throw fault('CONFIG_INVALID', {
      problem: `The file system of ${file} does not support SQLite's write-ahead log. Move the database to a local disk, or use PostgreSQL.`,
    });
  }
  // FULL: commits survive even a power failure. A grade that a learner has seen must not vanish. Commits are rare, so the
  // additional fsync of each, compared with NORMAL, does not matter.
  await writer.executeScript(
    `PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA journal_size_limit=${LOG_SIZE_LIMIT};`,
  );
}

function serialized(writer: SqlDriverAdapter, reader: SqlDriverAdapter): SqlDriverAdapter {
  const queue = createWriteQueue({
    waitLimit: WRITE_WAIT_LIMIT_MS,
    lengthLimit: WRITE_QUEUE_LIMIT,
    refusal: (why) =>
      new DriverAdapterError(why === 'closed' ? { kind: 'ConnectionClosed' } : { kind: 'SocketTimeout' }),
  });

  async function asWriter<T>(work: () => Promise<T>): Promise<T> {
    const release = await queue.acquire();
    try {
      return await whenFree(work);
    } finally {
      release();
    }
  }

  return {
    provider: 'sqlite',
    adapterName: 'berth-sqlite',
    getConnectionInfo: () => ({ maxBindValues: MOST_VALUES, supportsRelationJoins: false }),
    queryRaw: (query) =>
      isRead(query.sql) ? whenFree(() => reader.queryRaw(query)) : asWriter(() => writer.queryRaw(query)),
    executeRaw: async (query) => {
      refuseTransactionControl(query.sql);
      return asWriter(() => writer.executeRaw(query));
    },
    executeScript: (script) => asWriter(async () => writer.executeScript(script)),
    async startTransaction(isolationLevel) {
      if (isolationLevel !== undefined && isolationLevel !== 'SERIALIZABLE') {
        throw new DriverAdapterError({ kind: 'InvalidIsolationLevel', level: isolationLevel });
      }
      const release = await queue.acquire();
      try {
        // IMMEDIATE takes the write lock now, so that no statement of the transaction can find the
        // database changed or locked by another process.
        await whenFree(() => writer.executeRaw({ sql: 'BEGIN IMMEDIATE', args: [], argTypes: [] }));
      } catch (error) {
        release();
        throw error;
      }
      return sqliteTransaction(writer, release);
    },
    async dispose() {
      queue.close();
      await reader.dispose();
      await writer.dispose();
    },
  };
}

/**
 * Returns whether the statement certainly only reads. All others run on the writer's connection, which is always
 * correct: WITH and INSERT … RETURNING may write, and a PRAGMA may be for the writer.
 */
function isRead(sql: string): boolean {
  return /^\s*SELECT\b/i.test(sql);
}

/** Rejects manual transactions, which would include the writes of all others and could roll them back. */
function refuseTransactionControl(sql: string): void {
  if (/^\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)\b/i.test(sql)) {
    throw new Error('Use database.transaction instead of statements that start or end transactions.');
  }
}

/**
 * Creates the transaction that the caller has started on `writer`. The caller holds the write queue until `release`.
 * After its end, the transaction rejects statements, which would otherwise run on the shared connection outside of any
 * transaction.
 */
function sqliteTransaction(writer: SqlDriverAdapter, release: () => void): Transaction {
  let open = true;

  const whileOpen = <T>(work: () => Promise<T>): Promise<T> =>
    open
      ? work()
      : Promise.reject(
          new DriverAdapterError({ kind: 'TransactionAlreadyClosed', cause: 'The transaction has ended.' }),
        );
  const run = (sql: string) => writer.executeRaw({ sql, args: [], argTypes: [] });
  const savepointStep = (sql: string) => whileOpen(async () => void (await run(sql)));

  async function undo(): Promise<void> {
    try {
      await run('ROLLBACK');
    } catch (error) {
      // SQLite rolls back automatically in some cases, such as a full disk.
      if (!(error instanceof Error && error.message.includes('no transaction is active'))) throw error;
    }
  }

  async function end(work: () => Promise<unknown>): Promise<void> {
    if (!open) return;
    open = false;
    try {
      await work();
    } finally {
      release();
    }
  }

  return {
    provider: writer.provider,
    adapterName: writer.adapterName,
    // commit() and rollback() send COMMIT and ROLLBACK themselves, so that they always release the queue.
    options: { usePhantomQuery: true },
    queryRaw: (query) => whileOpen(() => writer.queryRaw(query)),
    executeRaw: (query) => whileOpen(() => writer.executeRaw(query)),
    commit: () =>
      end(async () => {
        try {
          await run('COMMIT');
        } catch (error) {
          await undo();
          throw error;
        }
      }),
    rollback: () => end(undo),
    createSavepoint: (name) => savepointStep(`SAVEPOINT ${name}`),
    rollbackToSavepoint: (name) => savepointStep(`ROLLBACK TO ${name}`),
    releaseSavepoint: (name) => savepointStep(`RELEASE SAVEPOINT ${name}`),
  };
}
