import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { AppliedMigration } from './migration-history.ts';

/** A database to migrate, with a separate connection whose transactions can contain schema changes. */
export interface MigrationTarget {
  readonly adapter: SqlDriverAdapter;
  /** Starts a transaction, and waits until no other process migrates. */
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): Promise<void>;
}

/** Returns a statement without arguments. */
export function statement(sql: string) {
  return { sql, args: [], argTypes: [] };
}

/** Gives the schema engine the target's connection. It cannot close the connection or create another database. */
export function engineFactory(target: MigrationTarget): SqlMigrationAwareDriverAdapterFactory {
  const { adapter } = target;
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    connect: () => Promise.resolve({ ...bound(adapter), dispose: () => Promise.resolve() }),
    connectToShadowDb: () => Promise.reject(new Error('Applying migrations needs no shadow database.')),
  };
}

/** Returns the applied migrations of the database, except for rolled back ones. */
export async function appliedMigrations(adapter: SqlDriverAdapter): Promise<AppliedMigration[]> {
  if (!(await hasHistory(adapter))) return [];
  const { rows } = await adapter.queryRaw(
    statement(
      'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at',
    ),
  );
  return rows.map(([name, checksum, finishedAt]) => ({
    name: String(name),
    checksum: String(checksum),
    finished: finishedAt !== null,
  }));
}

async function hasHistory(adapter: SqlDriverAdapter): Promise<boolean> {
  const sql =
    adapter.provider === 'sqlite'
      ? "SELECT 1 FROM sqlite_master WHERE name = '_prisma_migrations'"
      : "SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL";
  return (await adapter.queryRaw(statement(sql))).rows.length > 0;
}

/** Returns an adapter with its methods as own properties instead of on its prototype. */
function bound(adapter: SqlDriverAdapter): SqlDriverAdapter {
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (query) => adapter.queryRaw(query),
    executeRaw: (query) => adapter.executeRaw(query),
    executeScript: async (script) => adapter.executeScript(script),
    startTransaction: (level) => adapter.startTransaction(level),
    ...(adapter.getConnectionInfo && { getConnectionInfo: () => adapter.getConnectionInfo!() }),
    dispose: () => adapter.dispose(),
  };
}
