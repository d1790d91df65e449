import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { statement } from './migration-target.ts';

/** Returns PostgreSQL's current schema, which the database, its user or DATABASE_URL set. */
export async function currentSchema(adapter: SqlDriverAdapter): Promise<string> {
  const { rows } = await adapter.queryRaw(statement('SELECT current_schema()::text'));
  const name: unknown = rows[0]?.[0];
  return typeof name === 'string' ? name : 'public';
}
