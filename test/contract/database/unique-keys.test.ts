import { test } from 'tap';
import type { Database, Transaction } from '../../../src/infra/database/database.ts';
import { isUniqueViolation } from '../../../src/infra/database/database-errors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { readDatamodel } from '../../kit/database/models.ts';
import type { Model, ModelField, Models } from '../../kit/database/models.ts';

type Row = Record<string, unknown>;

/** A unique key in the database. */
interface Key {
  model: string;
  fields: string[];
}

const textOf = ({ model, fields }: Key) => `${model}(${fields.toSorted().join(', ')})`;

/** Number of created rows. No two rows have a value in common. */
let count = 0;

await test('every unique key of the schema', async (t) => {
  const datamodel = await readDatamodel();

  await eachDatabase(t, 'is known from the models', async (t, database) => {
    const fromModels = [...datamodel.models.values()].flatMap(({ name, keys }) =>
      keys.map((fields) => ({ model: name, fields })),
    );
    const inDatabase = (await readKeys(database)).map(textOf);
    t.ok(inDatabase.length > 40, 'the keys of the database were read');
    t.strictSame(
      fromModels.map(textOf).filter((key) => !inDatabase.includes(key)),
      [],
    );
  });

  // The list comes from the database, so it includes partial keys that only a migration knows.
  await eachDatabase(t, 'is recognized when two rows collide', async (t, database) => {
    for (const key of await readKeys(database)) {
      const model = modelOf(datamodel, key.model);
      const first = await newRow(database, datamodel, model);
      const second = await newRow(database, datamodel, model);
      await insert(database.client, model, first);
      const collision = { ...second, ...Object.fromEntries(key.fields.map((name) => [name, first[name]])) };
      const others = model.fields.map(({ name }) => name).filter((name) => !key.fields.includes(name));

      const plain = await errorOf(insert(database.client, model, collision));
      const inTransaction = await errorOf(database.transaction((tx) => insert(tx, model, collision)));
      for (const error of [plain, inTransaction]) {
        t.ok(isUniqueViolation(error), textOf(key));
        for (const field of key.fields) t.ok(isUniqueViolation(error, field), `${textOf(key)}: ${field}`);
        t.notOk(
          others.some((field) => isUniqueViolation(error, field)),
          `${textOf(key)}: no other field`,
        );
      }
      await insert(database.client, model, second);
    }
  });

  await eachDatabase(t, 'rejects an upsert that would read before it writes', async (t, { client }) => {
    const setting = { key: 'a', value: '1' };
    const upsert = client.setting.upsert({ where: { key: 'a' }, create: setting, update: {} });
    await t.rejects(upsert, /a field of its key to itself/);
  });

  // Stores rely on this if several processes may store the same thing: a select before the insert would lose the race.
  await eachDatabase(t, 'lets many upsert one row at once', async (t, database) => {
    for (const model of datamodel.models.values()) {
      for (const fields of model.keys) {
        const first = await newRow(database, datamodel, model);
        const values = Object.fromEntries(fields.map((name) => [name, first[name]]));
        const where = fields.length === 1 ? values : { [fields.join('_')]: values };
        const table = tableOf(database.client, model);
        const rows = [first, ...(await newRows(database, datamodel, model, 5))];
        const upserts = rows.map((row) =>
          errorOf(table.upsert({ where, create: { ...row, ...values }, update: values })),
        );
        t.strictSame((await Promise.all(upserts)).filter(Boolean), [], `${model.name}(${fields.join(', ')})`);
      }
    }
  });
});

async function readKeys({ client, provider }: Database): Promise<Key[]> {
  const rows =
    provider === 'sqlite'
      ? await client.$queryRaw<{ model: string; name: string; field: string }[]>`
          SELECT tables.name AS model, keys.name AS name, columns.name AS field
          FROM sqlite_master tables
          JOIN pragma_index_list(tables.name) keys ON keys."unique" = 1
          JOIN pragma_index_info(keys.name) columns
          WHERE tables.type = 'table'
          UNION ALL
          SELECT tables.name, 'primary', columns.name
          FROM sqlite_master tables
          JOIN pragma_table_info(tables.name) columns ON columns.pk > 0
          WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'`
      : await client.$queryRaw<{ model: string; name: string; field: string }[]>`
          SELECT tables.relname::text AS model, keys.relname::text AS name, columns.attname::text AS field
          FROM pg_index
          JOIN pg_class keys ON keys.oid = pg_index.indexrelid
          JOIN pg_class tables ON tables.oid = pg_index.indrelid
          JOIN pg_attribute columns
            ON columns.attrelid = tables.oid AND columns.attnum = ANY (pg_index.indkey)
          WHERE pg_index.indisunique AND tables.relnamespace = 'public'::regnamespace`;
  const keys = new Map<string, Key>();
  for (const { model, name, field } of rows) {
    const key = keys.get(`${model} ${name}`) ?? { model, fields: [] };
    keys.set(`${model} ${name}`, { model, fields: [...key.fields, field] });
  }
  // Berth's own list of migrations is not a model. SQLite lists a primary key of several columns twice.
  const named = [...keys.values()].filter(({ model }) => !model.startsWith('_'));
  return [...new Map(named.map((key) => [textOf(key), key])).values()];
}

function modelOf({ models }: Models, name: string): Model {
  const model = models.get(name);
  if (!model) throw new Error(`The database has a unique key on ${name}, which models.prisma lacks.`);
  return model;
}

/** Returns a row that does not collide with any other, after storing the rows that it refers to. */
async function newRow(database: Database, datamodel: Models, model: Model): Promise<Row> {
  count += 1;
  const row: Row = Object.fromEntries(model.fields.map((field) => [field.name, valueOf(datamodel, field)]));
  for (const { fields, model: name, targets } of model.references) {
    const parent = modelOf(datamodel, name);
    const target = await newRow(database, datamodel, parent);
    await insert(database.client, parent, target);
    fields.forEach((field, index) => (row[field] = target[targets[index] ?? '']));
  }
  return row;
}

async function newRows(database: Database, datamodel: Models, model: Model, number: number): Promise<Row[]> {
  return Promise.all(Array.from({ length: number }, () => newRow(database, datamodel, model)));
}

function valueOf({ enums }: Models, { type, name }: ModelField): unknown {
  const values: Record<string, unknown> = {
    String: `${name}-${count}`,
    Int: count,
    BigInt: BigInt(count),
    Float: count,
    Boolean: false,
    DateTime: new Date(count * 1000),
    Bytes: new Uint8Array([count % 256]),
  };
  const value = enums.get(type)?.[0] ?? values[type];
  if (value === undefined) throw new Error(`No value for a field of type ${type}`);
  return value;
}

interface Table {
  create(options: { data: Row }): Promise<unknown>;
  upsert(options: { where: Row; create: Row; update: Row }): Promise<unknown>;
}

function tableOf(client: Transaction, { name }: Model): Table {
  const table = (client as unknown as Record<string, Table>)[name.charAt(0).toLowerCase() + name.slice(1)];
  if (!table) throw new Error(`Prisma's client has no model ${name}.`);
  return table;
}

async function insert(client: Transaction, model: Model, data: Row): Promise<void> {
  await tableOf(client, model).create({ data });
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
