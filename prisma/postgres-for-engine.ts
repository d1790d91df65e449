import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { Pool } from 'pg';
import type { CustomTypesConfig } from 'pg';

/** A query as Prisma's adapter gives it to node-postgres. */
export interface PostgresQuery {
  text: string;
  values: unknown[];
  types: CustomTypesConfig;
}

export interface PostgresResult {
  rows: unknown[];
  fields: { name: string; dataTypeID: number }[];
  rowCount: number | null;
}

const LETTER_OID = 18;
const TEXT_OID = 25;

/**
 * Prisma's adapter over any PostgreSQL that answers `query`, able to read the system tables: it
 * does not know their one-letter type, "char", which the schema engine wants to see as a character.
 */
export async function createDescribingAdapter(options: {
  query: (query: PostgresQuery) => Promise<PostgresResult>;
  executeScript: (script: string) => Promise<void>;
  close: () => Promise<void>;
}): Promise<SqlDriverAdapter> {
  const { query, executeScript, close } = options;
  // The engine asks one question at a time, so what is noted here belongs to the present one.
  let letters: boolean[] = [];
  const pool = Object.assign(new Pool(), {
    query: async (asked: PostgresQuery): Promise<PostgresResult> => {
      const result = await query(asked);
      letters = result.fields.map((field) => field.dataTypeID === LETTER_OID);
      const fields = result.fields.map(({ name, dataTypeID }) => ({
        name,
        dataTypeID: dataTypeID === LETTER_OID ? TEXT_OID : dataTypeID,
      }));
      return { ...result, fields };
    },
  });
  const adapter = await new PrismaPg(pool).connect();
  return {
    provider: adapter.provider,
    adapterName: 'berth-describing',
    queryRaw: async (asked) => {
      const result = await adapter.queryRaw(asked);
      const columnTypes = result.columnTypes.map((type, index) =>
        letters[index] ? ColumnTypeEnum.Character : type,
      );
      return { ...result, columnTypes };
    },
    // To rebuild a history the engine sends whole migrations through executeRaw.
    executeRaw: async (asked) =>
      asked.args.length === 0 ? executeScript(asked.sql).then(() => 0) : adapter.executeRaw(asked),
    executeScript,
    startTransaction: (level) => adapter.startTransaction(level),
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
    dispose: close,
  };
}
