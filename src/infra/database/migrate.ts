import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import type * as Engine from '@prisma/schema-engine-wasm/schema_engine_bg';
import { fault, isFault } from '../../core/errors.ts';
import { databaseFault } from './database-errors.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { migrationList, readMigrations, pendingMigrations } from './migrations.ts';
import type { Migration } from './migrations.ts';
import { openPostgresTarget, appliedMigrations, engineFactory, statement } from './migration-target.ts';
import type { MigrationTarget } from './migration-target.ts';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** The models for the schema engine, as pairs of file name and content. */
export type Datamodels = [path: string, content: string][];

/**
 * Starts Prisma's schema engine, in WebAssembly, on `factory`'s database. The caller must free it. The package's own
 * entry point imports the .wasm file as a module, which needs a flag in Node, so this function reads and instantiates
 * the file.
 */
export async function openSchemaEngine(
  factory: SqlMigrationAwareDriverAdapterFactory,
  datamodels?: Datamodels,
): Promise<SchemaEngine> {
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  await (loaded ??= load(bindings));
  return bindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
}

let loaded: Promise<void> | undefined;

async function load(bindings: typeof Engine): Promise<void> {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(script), 'schema_engine_bg.wasm'));
  const imports = { './schema_engine_bg.js': withPatientTimers(bindings) };
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  // The engine reports its panics here. Without it, its errors would be incomprehensible.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: refuse } });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}

function refuse(message: string): never {
  throw new Error(`Prisma's schema engine failed: ${message}`);
}

/** The engine never clears the timer of its lock time-out, so the timer must not keep the process alive. */
function withPatientTimers(bindings: object): object {
  const timers = Object.keys(bindings).filter((name) => name.startsWith('__wbg_setTimeout_'));
  return { ...bindings, ...Object.fromEntries(timers.map((name) => [name, setUnheldTimeout])) };
}

function setUnheldTimeout(callback: () => void, ms: number) {
  return setTimeout(callback, ms).unref();
}
