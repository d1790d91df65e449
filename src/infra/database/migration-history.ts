import { fault } from '../../core/errors.ts';
import type { Migration } from './migration-files.ts';

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
