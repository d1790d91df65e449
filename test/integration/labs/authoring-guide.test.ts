import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { labSchema } from '../../../src/domains/labs/schema/lab-schema.ts';
import { emptyContext } from '../../../src/domains/labs/schema/lab-context.ts';
import { guideBlocks } from '../../kit/labs/guide.ts';
import type { GuideBlock } from '../../kit/labs/guide.ts';
import { labIn, labsFolder, problemsIn } from '../../kit/labs/lab-folders.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';

const guide = await readFile(join(import.meta.dirname, '../../../docs/lab-authoring.md'), 'utf8');
const blocks = guideBlocks(guide);
const under = (heading: string) => blocks.filter((block) => block.heading === heading);

/** A folder to follow the guide in: its files are written, its commands run. */
async function reader(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'berth-guide-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    async write(path: string, text: string): Promise<void> {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    run: (command: string) => labsCommand(command.split(' ').slice(2), { BERTH_LABS_DIR: '' }, { folder }),
  };
}

/** Printed output without durations. */
const timeless = (text: string) => text.replaceAll(/\d+\.\d s/g, 'N s').trim();

await t.test('the ten-minute guide works as written: each command prints what it says', async (t) => {
  const { folder, write, run } = await reader(t);
  let commands = 0;
  for (const { path, text } of under('A lab in ten minutes')) {
    if (path !== undefined) await write(path, text);
    if (!text.startsWith('$ ')) continue;
    const [command = '', ...printed] = text.slice(2).split('\n');
    const { stdout, code } = await run(command);
    t.equal(timeless(stdout), timeless(printed.join('\n')), command);
    t.equal(code, text.includes('✘') ? 1 : 0, command);
    commands++;
  }
  t.equal(commands, 4);

  const lab = join(folder, 'labs/pack-a-folder/lab.yaml');
  await writeFile(lab, (await readFile(lab, 'utf8')).replace('checks/01.sh', 'checks/1.sh'));
  const { stdout, stderr } = await run('berth labs validate labs/pack-a-folder');
  const reported = under('A lab in ten minutes').find(({ text }) => text.includes('checks/1.sh'));
  t.equal(`${stderr}${stdout}`, reported?.text);
});

await t.test('the complete example is a trustworthy lab', async (t) => {
  const { folder, write, run } = await reader(t);
  for (const { path, text } of under('A complete example')) if (path !== undefined) await write(path, text);
  const lab = await labIn(join(folder, 'labs/first-steps'));
  t.match(lab, {
    title: { en: 'First steps' },
    machines: [{ name: 'main' }, { name: 'db', profile: 'restricted' }],
    lifetime: { idleMinutes: 30, totalMinutes: 120, maxMinutes: 240 },
    steps: [{ checks: [{ user: 'root' }], solution: [{}], wrong: [{}] }, { checks: [] }],
  });
  const [shown = ''] = under('Testing a lab').map(({ text }) => text);
  const [command = '', ...printed] = shown.slice(2).split('\n');
  const { stdout, code } = await run(command);
  t.equal(code, 0, stdout);
  t.equal(timeless(stdout), timeless(printed.join('\n')));
});

await t.test('examples of single keys are valid', async (t) => {
  const shown = blocks.filter(({ language, path }) => language === 'yaml' && path === undefined);
  t.ok(shown.length >= 8);
  for (const block of shown) {
    const directory = await labsFolder(t, { lab: { 'lab.yaml': labAround(block), ...filesOf(block) } });
    t.same(await problemsIn(join(directory, 'lab')), [], block.text);
  }
  for (const { text } of blocks.filter(({ language }) => language === 'json')) t.ok(JSON.parse(text));
});

/** A minimal lab with the keys at the position that their heading names. */
function labAround({ text, heading }: GuideBlock): string {
  const keys = parse(text) as Record<string, unknown>;
  const inMachine = heading.includes('machines[]');
  const inStep = 'check' in keys || 'checks' in keys || heading.includes('steps[]');
  return JSON.stringify({
    title: 'Lab',
    machines: [{ name: 'main', image: 'berth/lab-linux', user: 'learner', ...(inMachine && keys) }],
    steps: [{ id: 'one', title: 'One', instructions: 'a.md', ...(inStep && keys) }],
    ...(!inMachine && !inStep && keys),
  });
}

/** The files that the keys name. A glob becomes one file, and a name without extension a folder. */
function filesOf({ text }: GuideBlock): Record<string, string> {
  const words = text.match(/\b(?:checks|files|hints|start)\/[\w./*-]+/g) ?? [];
  const paths = words.map((word) => word.replaceAll('*', 'all'));
  return Object.fromEntries([
    ['a.md', 'Do it.'],
    ...paths.map((path) => [path === 'files/site' ? `${path}/index.html` : path, 'Some text.']),
  ]) as Record<string, string>;
}

await t.test('the guide has every key', async (t) => {
  const schema = JSON.stringify(
    z.toJSONSchema(labSchema(emptyContext), { io: 'input', unrepresentable: 'any' }),
  );
  const names = new Set<string>();
  JSON.parse(schema, function (this: unknown, key: string, value: unknown) {
    if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name);
    return value;
  });
  t.ok(names.size > 60);
  for (const name of names) t.match(guide, `| \`${name}\` |`, name);
});
