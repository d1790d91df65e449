import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import { fault } from '../../core/errors.ts';

/** A migration of the package: `name` is its folder, and `checksum` is stored by Prisma. */
export interface Migration {
  name: string;
  script: string;
  checksum: string;
}

/** Returns the package's folder `prisma`, searching upwards, so it works in `src` and in `dist`. */
export function prismaFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'prisma', 'models.prisma'))) return join(folder, 'prisma');
    if (folder === dirname(folder)) throw new Error('The folder "prisma" is missing next to the program.');
  }
}

/** Reads the migrations for a database, oldest first. */
export async function readMigrations(provider: 'sqlite' | 'postgresql'): Promise<Migration[]> {
  const folder = migrationsFolder(provider);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const script = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, script, checksum: createHash('sha256').update(script).digest('hex') };
    }),
  );
}

/** Returns the folder of the migrations of a database. */
export function migrationsFolder(provider: 'sqlite' | 'postgresql'): string {
  return join(prismaFolder(), 'migrations', provider === 'sqlite' ? 'sqlite' : 'postgres');
}

/** Returns the migrations in the format of the schema engine. */
export function migrationList(provider: 'sqlite' | 'postgresql', migrations: Migration[]): MigrationList {
  return {
    baseDir: migrationsFolder(provider),
    lockfile: { path: 'migration_lock.toml', content: `provider = "${provider}"` },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, script }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: script } },
    })),
  };
}

/** The used columns of `_prisma_migrations`. */
export interface AppliedMigration {
  name: string;
  checksum: string;
  finished: boolean;
}

/**
 * Returns the migrations that are not applied yet.
 * @throws MIGRATION_FAILED if the database is of a newer version, if a migration was changed after it was applied, or
 *   if one is unfinished
 */
export function pendingMigrations(ours: Migration[], applied: AppliedMigration[]): Migration[] {
  const known = new Map(ours.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of applied) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw failed(
        `it has the migration ${name}, which this version does not know. Start the newer version of Berth that applied it, or restore an older backup.`,
      );
    }
    if (!finished)
      throw failed(
        `another tool started the migration ${name} and did not finish it. Restore an older backup.`,
      );
    if (checksum !== migration.checksum) {
      throw failed(
        `the migration ${name} was changed after it was applied. Install an unchanged Berth; in development, delete the database and start again.`,
      );
    }
  }
  const done = new Set(applied.map(({ name }) => name));
  const pending = ours.filter(({ name }) => !done.has(name));
  const [first] = pending;
  const later = first && applied.find(({ name }) => name > first.name);
  if (later) {
    throw failed(
      `the migration ${first.name} comes before ${later.name}, which is already applied. In development, delete the database and start again.`,
    );
  }
  return pending;
}

function failed(problem: string) {
  return fault('MIGRATION_FAILED', { problem });
}
