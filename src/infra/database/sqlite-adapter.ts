import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { fault } from '../../core/errors.ts';
import { DRIVER_BUSY_TIMEOUT_MS, whenFree } from './sqlite-busy.ts';
import { sqliteTransaction } from './sqlite-transaction.ts';
import { createWriteQueue } from './write-queue.ts';

/** How long a write may wait for those before it, in milliseconds: twice the longest transaction. */
export const WRITE_WAIT_LIMIT_MS = 10_000;

/** How many writes may wait: more than a thousand learners make at once; beyond, waiting is no use. */
const WRITE_QUEUE_LIMIT = 5_000;

/** Size to which the write-ahead log is cut back after a checkpoint, in bytes. */
const LOG_SIZE_LIMIT = 64 * 1024 * 1024;

/**
 * An adapter for SQLite that keeps what it has acknowledged and shows nothing uncommitted.
 *
 * Prisma's own has one connection, and a statement outside a transaction joins whichever
 * transaction is open on it. Here, writes and transactions take turns on one connection, and reads
 * outside transactions go to a second one that cannot write. See docs/adr/0003-sqlite-adapter.md.
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
      problem: `The file system of ${file} cannot hold SQLite's write-ahead log: put the database on a local disk, or use PostgreSQL.`,
    });
  }
  // FULL: a commit survives a power cut too. A grade that a learner has seen must not vanish, and
  // commits are few; NORMAL would spare one fsync each.
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

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
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
    queryRaw: (query) =>
      isRead(query.sql) ? whenFree(() => reader.queryRaw(query)) : inTurn(() => writer.queryRaw(query)),
    executeRaw: async (query) => {
      refuseTransactionControl(query.sql);
      return inTurn(() => writer.executeRaw(query));
    },
    executeScript: (script) => inTurn(async () => writer.executeScript(script)),
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
 * Whether the statement surely only reads. What is not sure (WITH may write, as does INSERT …
 * RETURNING, and a PRAGMA may be meant for the writer) waits for its turn, which is never wrong.
 */
function isRead(sql: string): boolean {
  return /^\s*SELECT\b/i.test(sql);
}

/** A transaction begun by hand would take in the writes of everybody, and keep none of them. */
function refuseTransactionControl(sql: string): void {
  if (/^\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)\b/i.test(sql)) {
    throw new Error('Transactions are begun and ended by database.transaction, not by statements.');
  }
}
