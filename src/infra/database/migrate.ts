import { fault, isFault } from '../../core/errors.ts';
import { databaseFault } from './database-fault.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { migrationList, readMigrations } from './migration-files.ts';
import type { Migration } from './migration-files.ts';
import { pendingMigrations } from './migration-history.ts';
import { openPostgresTarget } from './migration-target-postgres.ts';
import { openSqliteTarget } from './migration-target-sqlite.ts';
import { appliedMigrations, engineFactory } from './migration-target.ts';
import type { MigrationTarget } from './migration-target.ts';
import { openSchemaEngine } from './schema-engine.ts';

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
