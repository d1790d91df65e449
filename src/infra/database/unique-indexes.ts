import { fault } from '../../core/errors.ts';
import { driverCause } from './database-errors.ts';
import type { PrismaClient } from './generated/sqlite/client.ts';

/** The columns of each unique index of a PostgreSQL database, by the name of the index. */
export type UniqueIndexes = ReadonlyMap<string, readonly string[]>;

/** Reads the columns of each unique index. Names of indexes are not enough: a primary key's name has no column. @throws MIGRATION_FAILED if there are no indexes */
export async function readUniqueIndexes(client: Pick<PrismaClient, '$queryRaw'>): Promise<UniqueIndexes> {
  const rows = await client.$queryRaw<{ name: string; columns: string[] }[]>`
    SELECT class.relname::text AS name, array_agg(attribute.attname::text) AS columns
    FROM pg_index
    JOIN pg_class class ON class.oid = pg_index.indexrelid
    JOIN pg_namespace namespace ON namespace.oid = class.relnamespace
    JOIN pg_attribute attribute
      ON attribute.attrelid = pg_index.indrelid AND attribute.attnum = ANY (pg_index.indkey)
    WHERE pg_index.indisunique AND namespace.nspname = current_schema()
    GROUP BY class.relname`;
  if (rows.length === 0) throw await withoutTables(client);
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

async function withoutTables(client: Pick<PrismaClient, '$queryRaw'>): Promise<Error> {
  const [row] = await client.$queryRaw<{ schema: string | null }[]>`SELECT current_schema()::text AS schema`;
  const schema = row?.schema;
  const where = schema
    ? `the schema "${schema}" does not have the tables`
    : 'its search_path does not name a schema';
  return fault('MIGRATION_FAILED', {
    problem: `${where}. Check the database and the search_path of DATABASE_URL.`,
  });
}

/** Replaces the index in PostgreSQL's unique violation by its columns, as SQLite reports them. */
export function withUniqueFields(error: unknown, indexes: UniqueIndexes): unknown {
  const cause = driverCause(error);
  if (cause?.kind !== 'UniqueConstraintViolation') return error;
  const { constraint } = cause;
  const fields = constraint && 'index' in constraint ? indexes.get(constraint.index) : undefined;
  if (fields) cause.constraint = { fields: [...fields] };
  return error;
}
