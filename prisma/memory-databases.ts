import { PGlite } from '@electric-sql/pglite';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { createDescribingAdapter } from './postgres-for-engine.ts';

/** Opens databases in memory to write migrations with. Each connection gets its own, empty database. */
export const memoryDatabases: Record<'sqlite' | 'postgresql', SqlMigrationAwareDriverAdapterFactory> = {
  sqlite: { provider: 'sqlite', adapterName: 'memory', connect: sqlite, connectToShadowDb: sqlite },
  postgresql: { provider: 'postgres', adapterName: 'memory', connect: pglite, connectToShadowDb: pglite },
};

async function sqlite(): Promise<SqlDriverAdapter> {
  const adapter = await new PrismaBetterSqlite3({ url: ':memory:' }).connect();
  return {
    provider: 'sqlite',
    adapterName: 'memory',
    queryRaw: (query) => adapter.queryRaw(query),
    // To rebuild a history the engine sends whole migrations through executeRaw.
    executeRaw: async (query) =>
      query.args.length === 0 ? adapter.executeScript(query.sql).then(() => 0) : adapter.executeRaw(query),
    executeScript: async (script) => adapter.executeScript(script),
    startTransaction: (level) => adapter.startTransaction(level),
    dispose: () => adapter.dispose(),
  };
}

async function pglite(): Promise<SqlDriverAdapter> {
  const database = await PGlite.create();
  return createDescribingAdapter({
    query: async ({ text, values, types }) => {
      const parsers = new Proxy({}, { get: (_, oid) => types.getTypeParser(Number(oid), 'text') });
      const { rows, fields, affectedRows } = await database.query(text, values, {
        rowMode: 'array',
        parsers,
      });
      return { rows, fields, rowCount: affectedRows ?? 0 };
    },
    executeScript: async (script) => void (await database.exec(script)),
    close: () => database.close(),
  });
}
