import { PrismaPg } from '@prisma/adapter-pg';
import { DatabaseError, Pool } from 'pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { currentSchema } from './current-schema.ts';
import { statement } from './migration-target.ts';
import type { MigrationTarget } from './migration-target.ts';

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
