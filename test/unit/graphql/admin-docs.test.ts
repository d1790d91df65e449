import { readFile } from 'node:fs/promises';
import { test } from 'tap';
import { createPreparer } from '../../../src/graphql/limits/prepare.ts';
import { createSchema } from '../../../src/graphql/schema.ts';

const page = await readFile(new URL('../../../docs/admin.md', import.meta.url), 'utf8');

await test('every operation for admins is one of the schema, and within the limits', (t) => {
  const prepare = createPreparer(createSchema());
  const blocks = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, query = '']) => query);
  t.ok(blocks.length > 5);
  for (const query of blocks) {
    const asked = { query, variables: { id: 'x' }, operationName: undefined };
    t.doesNotThrow(() => prepare(asked, true), query);
  }
  t.end();
});
