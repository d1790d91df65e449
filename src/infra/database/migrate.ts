import { fault, isFault } from '../../core/errors.ts';
import { databaseFault } from './database-fault.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { migrationList, readMigrations } from './migration-files.ts';
import type { Migration } from './migration-files.ts';
import { pendingMigrations } from './migration-history.ts';
import { openPostgresTarget } from './migration-target-postgres.ts';
import { appliedMigrations, engineFactory, statement } from './migration-target.ts';
import type { MigrationTarget } from './migration-target.ts';
import { openSchemaEngine } from './schema-engine.ts';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { DRIVER_BUSY_TIMEOUT_MS, whenFree } from './sqlite-busy.ts';

/** How long to wait for another process that migrates, in milliseconds. */
const LOCK_WAIT_MS = 120_000;

/** Opens a SQLite file for migrating; makes it, and its folder, when missing. */
async function openSqliteTarget(file: string): Promise<MigrationTarget> {
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

/**
 * Brings the database at `url` to this version's tables and resolves to the names of the
 * migrations it applied: none when all were there. Makes the SQLite file when missing; a
 * PostgreSQL database must exist. Each migration is one transaction with its entry in the history,
 * so that a crash or an error leaves the database as it was; of several that start at once, one
 * migrates. `migrations` are those of the package unless given.
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
  // The usual start ends here, and does without the engine, which takes longer than all the rest.
  if (pending.length === 0) return [];
  const applied: string[] = [];
  const engine = await openSchemaEngine(engineFactory(target));
  try {
    for (const { name } of pending) {
      const upToThis = ours.slice(0, ours.findIndex((migration) => migration.name === name) + 1);
      await target.begin();
      try {
        // Another process may have applied it while this one waited for the lock.
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

/** What users meet of `error`: the engine appends a trace to its messages, which stays in the cause. */
function migrationFault(error: unknown, where = ''): unknown {
  const mapped = databaseFault(error);
  if (isFault(mapped)) return mapped;
  const message = error instanceof Error ? error.message : String(error);
  const [problem] = message.split('\n   0: ');
  return fault('MIGRATION_FAILED', { problem: `${where}${problem ?? ''}` }, error);
}
