import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { statement } from './migration-target.ts';
import type { MigrationTarget } from './migration-target.ts';
import { DRIVER_BUSY_TIMEOUT_MS, whenFree } from './sqlite-busy.ts';

/** How long to wait for another process that migrates, in milliseconds. */
const LOCK_WAIT_MS = 120_000;

/** Opens a SQLite file for migrating; makes it, and its folder, when missing. */
export async function openSqliteTarget(file: string): Promise<MigrationTarget> {
  await mkdir(dirname(file), { recursive: true });
  const adapter = await new PrismaBetterSqlite3({ url: file, timeout: DRIVER_BUSY_TIMEOUT_MS }).connect();
  const run = async (sql: string) => void (await adapter.executeRaw(statement(sql)));
  await whenFree(() => adapter.queryRaw(statement('PRAGMA journal_mode=WAL')));
  // A table is changed by making it anew, and dropping the old one would delete what refers to it.
  await run('PRAGMA foreign_keys=OFF');
  return {
    adapter: {
      provider: adapter.provider,
      adapterName: adapter.adapterName,
      queryRaw: (query) => whenFree(() => adapter.queryRaw(query)),
      // The engine wants the file for itself; the transaction's own lock is enough, and lets others read.
      executeRaw: async (query) => (/locking_mode/i.test(query.sql) ? 0 : adapter.executeRaw(query)),
      executeScript: async (script) => adapter.executeScript(script),
      startTransaction: (level) => adapter.startTransaction(level),
      dispose: () => adapter.dispose(),
    },
    begin: () => whenFree(() => run('BEGIN IMMEDIATE'), LOCK_WAIT_MS),
    async commit() {
      const { rows } = await adapter.queryRaw(statement('PRAGMA foreign_key_check'));
      if (rows.length > 0)
        throw new Error(
          `${rows.length} rows of ${String(rows[0]?.[0])} would refer to rows that are not there.`,
        );
      await run('COMMIT');
    },
    rollback: () => run('ROLLBACK'),
    close: () => adapter.dispose(),
  };
}
