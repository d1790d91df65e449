import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import { DatabaseError, Pool } from 'pg';
import type { AppliedMigration } from './migrations.ts';

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

/** Returns PostgreSQL's current schema, which the database, its user or DATABASE_URL set. */
export async function currentSchema(adapter: SqlDriverAdapter): Promise<string> {
  const { rows } = await adapter.queryRaw(statement('SELECT current_schema()::text'));
  const name: unknown = rows[0]?.[0];
  return typeof name === 'string' ? name : 'public';
}

/** Key of the advisory lock for migrations: the letters "bert" as a number. */
export const MIGRATION_LOCK_KEY = 0x62657274;

/** Maximum wait for another process that migrates, in milliseconds. */
const LOCK_WAIT_MS = 120_000;

/** Maximum wait for the server, in milliseconds. */
const CONNECT_LIMIT_MS = 5_000;

/** Opens a PostgreSQL database for migrating, on a single connection, so that everything is in one session. */
export async function openPostgresTarget(url: string): Promise<MigrationTarget> {
  const pool = new Pool({
    connectionString: url,
    application_name: 'berth migrate',
    max: 1,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    idleTimeoutMillis: 0,
  });
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  // The schema engine looks for its history there.
  const schemaName = await currentSchema(adapter).catch(async (error: unknown) => {
    await adapter.dispose();
    throw error;
  });
  const run = async (sql: string) => void (await adapter.executeRaw(statement(sql)));
  // The schema engine locks the database for its session and never releases the lock. If this connection kept the lock
  // until the next migration, two processes could take it and the one below in different orders: a deadlock.
  const unlockEngine = () => run('SELECT pg_advisory_unlock_all()');
  return {
    adapter: {
      provider: adapter.provider,
      adapterName: adapter.adapterName,
      queryRaw: (query) => adapter.queryRaw(query),
      executeRaw: (query) => adapter.executeRaw(query),
      // The adapter splits scripts at every semicolon, even within functions and strings.
      executeScript: async (script) => void (await pool.query(script).catch(rethrow)),
      startTransaction: (level) => adapter.startTransaction(level),
      getConnectionInfo: () => ({ schemaName, supportsRelationJoins: true }),
      dispose: () => adapter.dispose(),
    },
    async begin() {
      await run(`SET lock_timeout = ${LOCK_WAIT_MS}`);
      await run('BEGIN');
      await run(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK_KEY})`);
    },
    async commit() {
      await run('COMMIT');
      await unlockEngine();
    },
    async rollback() {
      await run('ROLLBACK');
      await unlockEngine();
    },
    close: () => adapter.dispose(),
  };
}

/** Rethrows PostgreSQL's error in the format of Prisma's adapters, for the schema engine. */
function rethrow(error: unknown): never {
  if (!(error instanceof DatabaseError)) throw error;
  const { code = '', severity = '', message, detail, column, hint } = error;
  throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
}
