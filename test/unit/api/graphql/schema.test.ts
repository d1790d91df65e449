import { readFile } from 'node:fs/promises';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  printSchema,
  validateSchema,
} from 'graphql';
import { test } from 'tap';
import { sdl } from '../../../../src/api/graphql/generated/sdl.ts';
import { createSchema } from '../../../../src/api/graphql/schema.ts';
import { readSdl } from '../../../../src/api/graphql/sdl-files.ts';

await test('schema.graphql matches the SDL; run "npm run schema:print" if it does not', async (t) => {
  const printed = await readFile(new URL('../../../../schema.graphql', import.meta.url), 'utf8');
  t.equal(printed, `${printSchema(buildSchema(await readSdl()))}\n`);
});

await test('the embedded SDL matches its files; run "npm run generate:graphql" if it does not', async (t) => {
  t.equal(sdl, await readSdl());
});

await test('the schema is valid and fully described', async (t) => {
  const schema = createSchema();
  t.strictSame(validateSchema(schema), []);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    t.ok(type.description, type.name);
    const members = isEnumType(type)
      ? type.getValues()
      : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values(type.getFields())
        : [];
    for (const member of members) t.ok(member.description, `${type.name}.${member.name}`);
  }
});

await test('every enum value exists in the services', async (t) => {
  for (const type of Object.values(createSchema().getTypeMap())) {
    if (!isEnumType(type) || type.name.startsWith('__')) continue;
    for (const { name, value } of type.getValues())
      t.equal(value, name.toLowerCase(), `${type.name}.${name}`);
  }
});
