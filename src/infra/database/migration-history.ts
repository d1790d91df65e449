import { fault } from '../../core/errors.ts';
import type { Migration } from './migration-files.ts';

/** A row of `_prisma_migrations`, as far as it matters. */
export interface AppliedMigration {
  name: string;
  checksum: string;
  finished: boolean;
}

/**
 * The migrations still to be applied, when the database's history is the beginning of ours.
 * @throws MIGRATION_FAILED when the database is of a newer version, a migration was changed after
 *   it was applied, or one was left unfinished.
 */
export function pendingMigrations(ours: Migration[], applied: AppliedMigration[]): Migration[] {
  const known = new Map(ours.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of applied) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw failed(
        `it has the migration ${name}, which this version does not know. Start the newer version of Berth that made it, or restore a backup from before.`,
      );
    }
    if (!finished)
      throw failed(
        `the migration ${name} was begun by another tool and not finished. Restore a backup from before.`,
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
      `the migration ${first.name} comes before ${later.name}, which is applied already. In development, delete the database and start again.`,
    );
  }
  return pending;
}

function failed(problem: string) {
  return fault('MIGRATION_FAILED', { problem });
}
