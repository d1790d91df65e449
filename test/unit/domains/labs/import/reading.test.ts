import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { fileMode } from '../../../../../src/domains/labs/import/write-machines.ts';
import {
  parseLooseJson,
  withoutComments,
} from '../../../../../src/domains/labs/import/reading/loose-json.ts';
import { minutesOf } from '../../../../../src/domains/labs/import/reading/read-scenario.ts';
import { createNames, nameFrom, shortened } from '../../../../../src/domains/labs/import/names.ts';
import {
  TREE_LIMITS,
  pathWithin,
  readSourceTree,
} from '../../../../../src/domains/labs/import/reading/scenario-source.ts';
import { emptyFolder } from '../../../../kit/labs/git-repository.ts';

await t.test('parses hand-written JSON and reports where it is not strict', async (t) => {
  const strict = parseLooseJson('\uFEFF{\n "a": ["x: y", "\\ud83d\\ude00"],\n "b": {\n  "c": 1 } }');
  t.same([strict.data, strict.problems], [{ a: ['x: y', '😀'], b: { c: 1 } }, []]);
  t.same([strict.lineOf(['b', 'c']), strict.lineOf(['a', 1]), strict.lineOf(['none'])], [4, 2, 1]);

  const loose = parseLooseJson(`{ // said
  "a": [1, 2,], /* "b": 3, */
  "url": "http://x//y", 'c': 'd',
  "e": "two
    lines"
  "f": {"g": 1,},,
}`);
  t.same(loose.data, { a: [1, 2], url: 'http://x//y', c: 'd', e: 'two lines', f: { g: 1 } });
  t.match(loose.problems, [{ line: 6, message: /^is not strict JSON: Missing ,/ }, { line: 6 }]);
  t.equal(loose.lineOf(['f', 'g']), 6);

  const bomb = parseLooseJson('{"a": &a [1], "b": *a}');
  t.equal(bomb.data, undefined, 'YAML-only syntax is rejected');
  t.same(parseLooseJson('').data, null);
});

await t.test('removes closed comments only', async (t) => {
  const { data } = parseLooseJson('{"a": "\\"/* x */", /* "b": 1\n // */ "c": 2, "d": "//" // "e": 3\n}');
  t.same(data, { a: '"/* x */', c: 2, d: '//' });
  t.match(parseLooseJson('{"a": 1, # /* b\n "c": 2}').data, { a: 1 });
  t.match(parseLooseJson("{'a': 1, /* b */ 'c': '5\" // wide'}").data, { a: 1, c: '5" // wide' });
});

await t.test('handles many unclosed quotes or comments in linear time', (t) => {
  // So many that a scan from each would take hours.
  for (const opening of ['\\"', '/* ']) {
    const text = opening.repeat(3_000_000);
    t.ok(withoutComments(text) === text, opening);
  }
  t.end();
});

await t.test('parses modes like chmod', async (t) => {
  const modes = {
    '+x': '0755',
    'u+x': '0744',
    '+w': '0644',
    'a+w': '0666',
    rw: '0644',
    'u=rwx,go=': undefined,
    'u=rwx,go-r': '0700',
    '777': '0777',
    '0600': '0600',
    '-x': '0644',
    x: '0755',
    '888': undefined,
    '': undefined,
  };
  for (const [given, mode] of Object.entries(modes)) t.equal(fileMode(given), mode, given);
});

await t.test('parses times to minutes', async (t) => {
  const times = {
    '10 minutes': 10,
    '10-15 minutes': 15,
    '1 hour': 60,
    '1.5 hours': 90,
    '45': 45,
    '30s': 1,
    'about 20 min': 20,
    '2 to 3 h': 180,
    soon: undefined,
    '0 minutes': undefined,
  };
  for (const [given, minutes] of Object.entries(times)) t.equal(minutesOf(given), minutes, given);
  t.equal(minutesOf(undefined), undefined);
});

await t.test('names have letters, digits and hyphens, and are unique', async (t) => {
  t.same(['Tie the Boat: up!', 'linux/01 Été', '--', '네', 'a'.repeat(70)].map(nameFrom), [
    'tie-the-boat-up',
    'linux-01-e-te',
    '',
    '',
    nameFrom('a'.repeat(70)),
  ]);
  t.match(nameFrom('a'.repeat(70)), /^a{54}-[0-9a-f]{8}$/);
  t.not(nameFrom('a'.repeat(70)), nameFrom('a'.repeat(71)));
  const own = createNames();
  t.same(
    ['Step', 'step', '네', '네', 'Step 2', 'step'].map((text) => own(text, 'other')),
    ['step', 'step-2', 'other', 'other-2', 'step-2-2', 'step-3'],
  );
  const long = createNames();
  const names = [1, 2, 3].map(() => long('b'.repeat(63), ''));
  t.same(names, ['b'.repeat(63), `${'b'.repeat(61)}-2`, `${'b'.repeat(61)}-3`]);
});

await t.test('numbers many equal names in linear time', async (t) => {
  const own = createNames();
  const names = Array.from({ length: 100_000 }, () => own('이름', 'lab'));
  t.equal(new Set(names).size, names.length);
  t.equal(names.at(-1), 'lab-100000');
});

await t.test('long texts are shortened at a word', async (t) => {
  t.same(shortened(' a\n b\tc ', 5), { text: 'a b c', isCut: false });
  t.same(shortened('one two three', 9), { text: 'one two…', isCut: true });
  t.same(shortened('x'.repeat(40), 36), { text: `${'x'.repeat(35)}…`, isCut: true });
});

await t.test('follows links inside the folder only', async (t) => {
  const outside = await emptyFolder(t);
  const root = await emptyFolder(t);
  await writeFile(join(outside, 'secret'), 'secret');
  await mkdir(join(root, 'a/b'), { recursive: true });
  await mkdir(join(root, '.git'));
  await writeFile(join(root, 'a/file'), 'here');
  await writeFile(join(root, '.git/config'), 'secret');
  await symlink('../file', join(root, 'a/b/file'));
  await symlink('a', join(root, 'other'));
  await symlink('..', join(root, 'a/b/up'));
  await symlink(join(outside, 'secret'), join(root, 'a/secret'));
  await symlink(outside, join(root, 'outside'));
  await symlink('.git/config', join(root, 'config'));
  await symlink('gone', join(root, 'gone'));
  const tree = await readSourceTree(root);
  t.same([...tree.paths].sort(), ['a/b/file', 'a/file', 'other/b/file', 'other/file']);
  t.same([...tree.folders].sort(), ['', 'a', 'a/b']);
  t.match(await tree.read('other/b/file'), { content: Buffer.from('here'), runnable: false });
  await writeFile(join(root, 'a/file'), Buffer.alloc(1024 * 1024 + 1));
  t.match(await tree.read('a/file'), { problem: 'is larger than 1 MiB' });

  await t.rejects(readSourceTree(join(root, 'none')), { code: 'INPUT_INVALID' });
  await t.rejects(readSourceTree(join(root, 'a/file')), { code: 'INPUT_INVALID' });
});

/** Creates this many folders, which contain only links to the others. */
async function linkedFolders(t: Test, count: number): Promise<string> {
  const root = await emptyFolder(t);
  const names = Array.from({ length: count }, (_, place) => `f${place}`);
  for (const name of names) {
    await mkdir(join(root, name));
    for (const other of names) if (other !== name) await symlink(`../${other}`, join(root, name, other));
  }
  return root;
}

await t.test('limits the walk of a tree of links', async (t) => {
  // 20!/4! paths, and no file.
  await t.rejects(readSourceTree(await linkedFolders(t, 20), { ...TREE_LIMITS, entries: 5_000 }), {
    code: 'INPUT_INVALID',
    message: /has more than 5000 files, folders and links, counting each path to them. Import a part of it/,
  });
  const three = await linkedFolders(t, 3);
  // 3 folders, with 2 links in each; from each of these 2 links, of which one continues; and 2 in the last.
  const met = 3 + 3 * 2 + 3 * 2 * 2 + 3 * 2 * 2;
  const limits = { entries: met, depth: 16, pathsToFolder: 5 };
  t.equal((await readSourceTree(three, limits)).folders.size, 4);
  await t.rejects(readSourceTree(three, { ...limits, entries: met - 1 }), { code: 'INPUT_INVALID' });
  await t.rejects(readSourceTree(three, { ...limits, pathsToFolder: 4 }), {
    message: /has links that create more than 4 paths to its folder "f\d"/,
  });
});

await t.test('paths stay in the folder', async (t) => {
  t.equal(pathWithin('a/b', '../c'), 'a/c');
  t.equal(pathWithin('a/b', './c/'), 'a/b/c/');
  for (const out of ['../../..', '../../../x', '../../..//etc'])
    t.equal(pathWithin('a/b', out), undefined, out);
});
