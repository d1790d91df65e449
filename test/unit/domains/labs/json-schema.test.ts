import { readFile } from 'node:fs/promises';
import t from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { labJsonSchema } from '../../../../src/domains/labs/schema/lab-schema.ts';

const file = (path: string) => readFile(new URL(`../../../../${path}`, import.meta.url), 'utf8');

interface Described {
  description?: string;
  properties?: Record<string, Described>;
}

await t.test(
  'the stored schema matches the code; run "npx berth labs schema > labs/lab.schema.json" if it does not',
  async (t) => {
    t.equal(await file('labs/lab.schema.json'), labJsonSchema());
  },
);

await t.test('every key is described', async (t) => {
  let keys = 0;
  JSON.parse(labJsonSchema(), (_key, value: unknown) => {
    const { properties = {} } = (value ?? {}) as Described;
    for (const [key, { description }] of Object.entries(properties)) {
      if (typeof description !== 'string') t.fail(`${key} is not described`);
      keys += 1;
    }
    return value;
  });
  t.ok(keys > 100);
});

await t.test('an editor accepts the bundled lab and finds a typo in it', async (t) => {
  const schema = z.fromJSONSchema(JSON.parse(labJsonSchema()) as Parameters<typeof z.fromJSONSchema>[0]);
  const lab = parse(await file('labs/linux-command-line/lab.yaml')) as Record<string, unknown>;
  t.same(schema.safeParse(lab).error?.issues, undefined);
  t.equal(schema.safeParse({ ...lab, titel: 'x' }).success, false);
  t.equal(schema.safeParse({ ...lab, attempts: 'first' }).success, false);
  t.equal(schema.safeParse({ ...lab, steps: [{ id: 'a', title: 'a' }] }).success, false);
});

await t.test('the bundled lab names the schema for editors', async (t) => {
  t.match(
    await file('labs/linux-command-line/lab.yaml'),
    /^# yaml-language-server: \$schema=\.\.\/lab\.schema\.json\n/,
  );
});
