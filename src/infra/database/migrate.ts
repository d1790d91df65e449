import { fault, isFault } from '../../core/errors.ts';
import { databaseFault } from './database-errors.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { migrationList, readMigrations, pendingMigrations } from './migrations.ts';
import type { Migration } from './migrations.ts';
import { openPostgresTarget, appliedMigrations, engineFactory, statement } from './migration-target.ts';
import type { MigrationTarget } from './migration-target.ts';
import { openSchemaEngine } from './schema-engine.ts';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { DRIVER_BUSY_TIMEOUT_MS, whenFree } from './sqlite-waiting.ts';

/** Maximum wait for another process that migrates, in milliseconds. */
const LOCK_WAIT_MS = 120_000;

/** Opens a SQLite file for migrating. Creates the file and its folder if missing. */
async function openSqliteTarget(file: string): Promise<MigrationTarget> {
  await mkdir(dirname(file), { recursive: true });
  const adapter = await new PrismaBetterSqlite3({ url: file, timeout: DRIVER_BUSY_TIMEOUT_MS }).connect();
  const run = async (sql: string) => void (await adapter.executeRaw(statement(sql)));
  await whenFree(() => adapter.queryRaw(statement('PRAGMA journal_mode=WAL')));
  // A change creates a new table, and dropping the old one would otherwise delete rows that refer to it.
  await run('PRAGMA foreign_keys=OFF');
  return {
    adapter: {
      provider: adapter.provider,
      adapterName: adapter.adapterName,
      queryRaw: (query) => whenFree(() => adapter.queryRaw(query)),
      // The schema engine wants an exclusive lock. The lock of the transaction is enough, and others can read.
      executeRaw: async (query) => (/locking_mode/i.test(query.sql) ? 0 : adapter.executeRaw(query)),
      executeScript: async (script) => adapter.executeScript(script),
      startTransaction: (level) => adapter.startTransaction(level),
      dispose: () => adapter.dispose(),
    },
    begin: () => whenFree(() => run('BEGIN IMMEDIATE'), LOCK_WAIT_MS),
    async commit() {
      const { rows } = await adapter.queryRaw(statement('PRAGMA foreign_key_check'));
      if (rows.length > 0)
        throw new Error(`${rows.length} rows of ${String(rows[0]?.[0])} would refer to missing rows.`);
      await run('COMMIT');
    },
    rollback: () => run('ROLLBACK'),
    close: () => adapter.dispose(),
  };
}

/**
 * Migrates the database at `url` to this version, and resolves to the names of the applied migrations. Creates the
 * SQLite file if missing; a PostgreSQL database must exist. Each migration is one transaction with its entry in the
 * history, so a crash or an error leaves the database unchanged. If several processes start at once, one migrates.
 * `migrations` are those of the package by default.
 * @throws MIGRATION_FAILED, DATABASE_UNREACHABLE, CONFIG_INVALID
 */
export async function migrate(options: { url: string; migrations?: Migration[] }): Promise<string[]> {
  const location = parseDatabaseUrl(options.url);
  const ours = options.migrations ?? (await readMigrations(location.provider));
  try {
    const target = await (location.provider === 'sqlite'
      ? openSqliteTarget(location.file)
      : openPostgresTarget(location.url));
    try {
      return await applyPending(target, location.provider, ours);
    } finally {
      await target.close();
    }
  } catch (error) {
    throw migrationFault(error);
  }
}

async function applyPending(
  target: MigrationTarget,
  provider: 'sqlite' | 'postgresql',
  ours: Migration[],
): Promise<string[]> {
  const pending = pendingMigrations(ours, await appliedMigrations(target.adapter));
  // A usual start ends here, without the schema engine, which takes longer than everything else.
  if (pending.length === 0) return [];
  const applied: string[] = [];
  const engine = await openSchemaEngine(engineFactory(target));
  try {
    for (const { name } of pending) {
      const upToThis = ours.slice(0, ours.findIndex((migration) => migration.name === name) + 1);
      await target.begin();
      try {
        // Another process may have applied them while this one waited for the lock.
        const left = pendingMigrations(ours, await appliedMigrations(target.adapter));
        if (left.some((migration) => migration.name === name)) {
          const filters = { externalTables: [], externalEnums: [] };
          const { appliedMigrationNames } = await engine.applyMigrations({
            migrationsList: migrationList(provider, upToThis),
            filters,
          });
          applied.push(...appliedMigrationNames);
        }
        await target.commit();
      } catch (error) {
        await target.rollback();
        throw migrationFault(error, `${name}: `);
      }
    }
  } finally {
    engine.free();
  }
  return applied;
}

/** Returns the fault for `error`. The schema engine appends a trace to its messages, which only the cause keeps. */
function migrationFault(error: unknown, where = ''): unknown {
  const mapped = databaseFault(error);
  if (isFault(mapped)) return mapped;
  const message = error instanceof Error ? error.message : String(error);
  const [problem] = message.split('\n   0: ');
  return fault('MIGRATION_FAILED', { problem: `${where}${problem ?? ''}` }, error);
}
