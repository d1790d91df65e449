import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { SqlDriverAdapter, Transaction } from '@prisma/driver-adapter-utils';

/**
 * Creates the transaction that the caller has started on `writer`. The caller holds the write queue until `release`.
 * After its end, the transaction rejects statements, which would otherwise run on the shared connection outside of any
 * transaction.
 */
export function sqliteTransaction(writer: SqlDriverAdapter, release: () => void): Transaction {
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
