import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { addAsset } from '../../../../../src/domains/labs/import/write-machines.ts';
import { findScenarios } from '../../../../../src/domains/labs/import/reading/find-scenarios.ts';
import { collectNotes, describeNote } from '../../../../../src/domains/labs/import/import-note.ts';
import { emptyDraft, tooLarge } from '../../../../../src/domains/labs/import/lab-draft.ts';
import {
  createScenarioSource,
  readSourceTree,
} from '../../../../../src/domains/labs/import/reading/scenario-source.ts';
import type { SourceTree } from '../../../../../src/domains/labs/import/reading/scenario-source.ts';
import { FOLDER_LIMITS } from '../../../../../src/domains/labs/reading/lab-folder.ts';
import { importAll, smallIndex } from '../../../../kit/labs/imports.ts';
import { labsFolder } from '../../../../kit/labs/lab-folders.ts';

/** The tree, and a count of reads for each file. */
function counted(tree: SourceTree): { tree: SourceTree; reads: Map<string, number> } {
  const reads = new Map<string, number>();
  const read: SourceTree['read'] = (path) => {
    reads.set(path, (reads.get(path) ?? 0) + 1);
    return tree.read(path);
  };
  return { tree: { ...tree, read }, reads };
}

const structure = (...paths: string[]) => JSON.stringify({ items: paths.map((path) => ({ path })) });

await t.test('a folder in many courses is read and reported once', async (t) => {
  // 4^8 ways lead to the last one.
  const depth = 8;
  const files: Record<string, string> = {};
  let folder = 'a';
  for (let level = 0; level < depth; level += 1) {
    files[`${folder}/structure.json`] = structure('a', './a', 'a/', '../a/a', 'none');
    folder = `${folder}/a`;
  }
  // The scenario next to the last course, which "../a/a" does not change.
  files[`${folder}/index.json`] = smallIndex();
  const { tree, reads } = counted(await readSourceTree(await labsFolder(t, { course: files })));
  const { scenarios, problems } = await findScenarios(tree);
  t.same(
    scenarios.map((one) => [one.folder, one.isListed]),
    [[`course/${folder}`, true]],
  );
  t.equal(problems.length, depth, 'each list has one that does not exist');
  t.same(
    [...reads.entries()].filter(([path, count]) => path.endsWith('structure.json') && count > 1),
    [],
  );
  t.equal([...reads.keys()].filter((path) => path.endsWith('structure.json')).length, depth);
});

await t.test('limits the scenarios and texts of a course, and the reported problems', async (t) => {
  const many = Array.from({ length: 1_000 }, (_, place) => `none-${place}`);
  const courses = async (lists: Record<string, string>) => {
    const folders = Object.entries(lists).map(([name, list]) => [name, { 'structure.json': list }] as const);
    return (await importAll(t, await labsFolder(t, Object.fromEntries(folders)))).courses;
  };
  const why = 'lists more than 1000 scenarios, or has a text of more than 2000 characters and is ignored';
  t.same(await courses({ long: structure(...many, 'more'), wordy: structure('x'.repeat(2_001)) }), [
    `long/structure.json: ${why}`,
    `wordy/structure.json: ${why}`,
  ]);
  const reported = await courses({ one: structure(...many), other: structure(...many) });
  t.equal(reported.length, 1_001);
  t.equal(
    reported.at(-1),
    'other/structure.json: courses have more than 1000 problems; the others are omitted',
  );
});

await t.test('reads no more of an oversized scenario than a lab can hold', async (t) => {
  const read = async (files: number, content: Buffer) => {
    const paths = new Set(Array.from({ length: files }, (_, place) => `one/assets/${place}.bin`));
    const { tree, reads } = counted({
      paths,
      folders: new Set(['', 'one', 'one/assets']),
      read: () => Promise.resolve({ content, runnable: false }),
    });
    const notes = collectNotes();
    const source = createScenarioSource({ tree, folder: 'one', notes });
    const work = { source, tree, notes, draft: emptyDraft(), placeOf: () => ({ file: 'one/index.json' }) };
    const asset = (file: string) => ({ path: [], host: 'host01', file, target: '/', chmod: undefined });
    for (const file of ['**', '*.bin', '0.bin']) await addAsset(asset(file), work);
    return { reads: [...reads.values()].reduce((all, one) => all + one, 0), large: tooLarge(work.draft) };
  };
  const { files, bytes, bytesPerFile } = FOLDER_LIMITS;
  t.same(await read(5_000, Buffer.alloc(1)), {
    reads: files,
    large: 'has too many files: a lab can have at most 999',
  });
  t.same(await read(40, Buffer.alloc(bytesPerFile)), {
    reads: bytes / bytesPerFile + 1,
    large: 'is larger than 16 MiB',
  });
  t.same(
    await read(10, Buffer.alloc(1)),
    { reads: 10, large: undefined },
    'a missing file is not read again',
  );
});

await t.test('limits steps and files of a scenario to those of a lab', async (t) => {
  const entry = { file: 'a', target: '/' };
  const steps = Array.from({ length: 101 }, () => ({ text: 'step.md' }));
  const files = Array.from({ length: 101 }, () => entry);
  const folder = await labsFolder(t, {
    one: { 'index.json': smallIndex({ details: { steps, assets: { host01: files } } }), 'step.md': 'Text' },
  });
  const done = await importAll(t, folder);
  t.same(done.of('one').refusals.map(describeNote), [
    'one/index.json:1: details.steps: must have at most 100 entries',
    'one/index.json:1: details.assets.host01: must have at most 100 entries',
  ]);
  t.same(await readdir(done.into), []);
});

await t.test('links that multiply a scenario cannot fill the disk', async (t) => {
  const size = 400 * 1024;
  const scenario = {
    'index.json': smallIndex({
      details: {
        steps: [{ title: 'A step', text: 'step.md' }],
        assets: { host01: [{ file: 'large.bin', target: '/root' }] },
      },
    }),
    'step.md': 'Look.',
    'assets/large.bin': 'x'.repeat(size),
  };
  const folder = await labsFolder(t, {
    course: { 'structure.json': structure('one', 'link-1', 'link-2', 'small') },
    'course/one': scenario,
    'course/small': { 'index.json': smallIndex(), 'step.md': 'Look.' },
  });
  for (const number of [1, 2]) await symlink('one', join(folder, `course/link-${number}`));
  const { scenarios, into } = await importAll(t, folder, { limitBytes: size * 2.5 });
  t.match(
    scenarios.map(({ scenario: name, outcome }) => [name, outcome]),
    [
      ['course/one', 'imported'],
      ['course/link-1', 'imported'],
      ['course/link-2', 'refused'],
      ['course/small', 'imported'],
    ],
  );
  t.match(scenarios[2]?.refusals, [{ message: /the labs of this import would exceed 0 MiB in total/ }]);
  t.equal((await readdir(into)).length, 3);
});
