import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { z } from 'zod';
import { labSchema } from '../../../src/labs/schema/lab-schema.ts';
import { noSource } from '../../../src/labs/schema/lab-source.ts';
import { labIn, labsFolder } from '../../support/lab-folders.ts';

const guide = await readFile(join(import.meta.dirname, '../../../docs/lab-authoring.md'), 'utf8');

/** The example's files: a fence after the line that names its file. */
const files = Object.fromEntries(
  [...guide.matchAll(/^`([\w./]+)`:\n\n```\w+\n(.*?)^```$/gms)].map(([, path = '', text = '']) => [
    path,
    text,
  ]),
);

await t.test('the example of the guide is a valid lab', async (t) => {
  const rest = {
    'intro.md': '# Hello',
    'finish.md': '# Bye',
    'steps/01.md': 'Do it.',
    'steps/02.md': 'Look.',
  };
  const directory = await labsFolder(t, { 'first-steps': { ...files, ...rest } });
  const lab = await labIn(join(directory, 'first-steps'));
  t.match(lab, {
    title: { en: 'First steps' },
    machines: [{ name: 'main' }, { name: 'db', profile: 'restricted' }],
    lifetime: { idleMinutes: 30, totalMinutes: 120, maxMinutes: 240 },
    steps: [{ checks: [{ script: files['checks/01.sh'], user: 'root' }] }, { checks: [] }],
  });
});

await t.test('the guide has every key', async (t) => {
  const schema = JSON.stringify(z.toJSONSchema(labSchema(noSource), { io: 'input', unrepresentable: 'any' }));
  const names = new Set<string>();
  JSON.parse(schema, function (this: unknown, key: string, value: unknown) {
    if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name);
    return value;
  });
  t.ok(names.size > 60);
  for (const name of names) t.match(guide, `| \`${name}\` |`, name);
});
