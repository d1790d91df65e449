import { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

/**
 * PostgreSQL in memory, for authoring migrations: Prisma's own adapter on a pool whose queries go
 * to PGlite. Every connection has a database of its own.
 */
export function createPgliteFactory(): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: 'postgres',
    adapterName: 'berth-pglite',
    connect,
    connectToShadowDb: connect,
  };
}

async function connect(): Promise<SqlDriverAdapter> {
  const database = await PGlite.create();
  const adapter = await new PrismaPg(poolOf(database)).connect();
  return {
    provider: adapter.provider,
    adapterName: 'berth-pglite',
    queryRaw: (query) => adapter.queryRaw(query),
    executeRaw: (query) => adapter.executeRaw(query),
    executeScript: async (script) => void (await database.exec(script)),
    startTransaction: (level) => adapter.startTransaction(level),
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: () => database.close(),
  };
}

interface Query {
  text: string;
  values: unknown[];
  types: { getTypeParser(oid: number, format: 'text'): (value: string) => unknown };
}

function poolOf(database: PGlite): pg.Pool {
  const query = async ({ text, values, types }: Query) => {
    const parsers = new Proxy({}, { get: (_, oid) => types.getTypeParser(Number(oid), 'text') });
    const { rows, fields, affectedRows } = await database.query(text, values, { rowMode: 'array', parsers });
    return { rows, fields: fields.map(readable), rowCount: affectedRows ?? 0 };
  };
  return Object.assign(new pg.Pool(), { query });
}

/** Prisma's adapter does not know the one-letter type of the system tables, "char" (18): it is given as text (25). */
function readable(field: { name: string; dataTypeID: number }) {
  return field.dataTypeID === 18 ? { ...field, dataTypeID: 25 } : field;
}
