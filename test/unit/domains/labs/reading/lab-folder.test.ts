import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { labIn, labsFolder, problemsIn, smallLab } from '../../../../kit/labs/lab-folders.ts';
import { problemsOf } from '../../../../kit/labs/lab-of.ts';

const MACHINES = 'machines: [{ name: main, image: berth/lab-linux }]\n';

await t.test(
  'rejects links out of the folder, to folders and to missing files, and follows links within',
  async (t) => {
    const directory = await labsFolder(t, {
      x: {
        'lab.yaml': `title: a\n${MACHINES}introduction: within.md\nconclusion: out.md\n`,
        'real.md': 'Hello',
        'folder/a.md': 'x',
      },
      other: { 'secret.md': 'x' },
    });
    const folder = join(directory, 'x');
    await symlink('real.md', join(folder, 'within.md'));
    t.same(await problemsIn(folder), ['labs/x/lab.yaml:4: conclusion: the file "out.md" is missing']);

    await symlink('../other/secret.md', join(folder, 'out.md'));
    await symlink('folder', join(folder, 'linked'));
    await symlink('gone.md', join(folder, 'broken.md'));
    t.same(await problemsIn(folder), [
      'labs/x/broken.md: is a broken link',
      'labs/x/linked: is a link to a folder: copy the files here instead',
      "labs/x/out.md: is a link to a path outside the lab's folder: copy the file here instead",
      'labs/x/lab.yaml:4: conclusion: the file "out.md" is a link to a path outside the lab\'s folder: copy the file here instead',
    ]);

    for (const name of ['out.md', 'linked', 'broken.md']) await rm(join(folder, name));
    await writeFile(join(folder, 'out.md'), 'Bye');
    t.equal((await labIn(folder)).introduction['en'], 'Hello');
  },
);

await t.test('a sibling folder with the same prefix is outside', async (t) => {
  const directory = await labsFolder(t, { x: smallLab(), 'x-secret': { 'a.md': 'x' } });
  await symlink('../x-secret/a.md', join(directory, 'x', 'a.md'));
  t.match(await problemsIn(join(directory, 'x')), [/a\.md: is a link to a path outside/]);
});

await t.test('rejects files that are too large, too deep, too many or not text', async (t) => {
  const directory = await labsFolder(t, {
    x: { 'lab.yaml': `title: a\n${MACHINES}introduction: binary.md\nconclusion: nul.md\n`, 'nul.md': 'a\0b' },
  });
  const folder = join(directory, 'x');
  await writeFile(join(folder, 'binary.md'), Buffer.from([0xff, 0xfe, 0x00]));
  t.same(await problemsIn(folder), [
    'labs/x/lab.yaml:3: introduction: the file "binary.md" is not UTF-8 text',
    'labs/x/lab.yaml:4: conclusion: the file "nul.md" is not a text',
  ]);
  await writeFile(join(folder, 'large.bin'), Buffer.alloc(1024 * 1024 + 1));
  await mkdir(join(folder, '1/2/3/4/5/6/7/8/9'), { recursive: true });
  const problems = await problemsIn(folder);
  t.match(problems[0], 'labs/x/1/2/3/4/5/6/7/8/9: is nested more than 8 folders deep');
  t.match(problems[1], 'labs/x/large.bin: is larger than 1 MiB');

  for (let file = 0; file < 1_000; file++) await writeFile(join(folder, `${file}.txt`), '');
  t.match((await problemsIn(folder)).join('\n'), 'labs/x/.: has too many files: a lab can have at most 999');
});

await t.test('rejects a lab.yaml that is too large before parsing it', async (t) => {
  const head = 'title: a\nmachines: [{ name: main, image: x }]\nsteps: []\n#';
  const lab = (bytes: number) => ({ 'lab.yaml': head.padEnd(bytes, 'x') });
  t.notMatch(await problemsOf(t, lab(128 * 1024)), [/KiB/]);
  t.same(await problemsOf(t, lab(128 * 1024 + 1)), [
    'lab.yaml: has 129 KiB, and the limit is 128 KiB: move long texts and scripts to separate files',
  ]);
});

await t.test('rejects a folder that is too large in total', async (t) => {
  const directory = await labsFolder(t, { x: smallLab() });
  for (let file = 0; file < 17; file++) {
    await writeFile(join(directory, 'x', `${file}.bin`), Buffer.alloc(1024 * 1024));
  }
  t.same(await problemsIn(join(directory, 'x')), ['labs/x/.: is larger than 16 MiB']);
});

await t.test('the version depends on paths, contents and the executable bit only', async (t) => {
  const directory = await labsFolder(t, { x: { ...smallLab(), 'checks/a.sh': 'true\n' } });
  const folder = join(directory, 'x');
  const version = async () => (await labIn(folder)).version;
  const first = await version();

  await chmod(join(folder, 'checks/a.sh'), 0o600);
  await writeFile(join(folder, '.lab.yaml.swp'), 'x');
  t.equal(await version(), first, 'neither umask nor an editor');

  await chmod(join(folder, 'checks/a.sh'), 0o700);
  const runnable = await version();
  t.not(runnable, first);
  await writeFile(join(folder, 'checks/a.sh'), 'false\n');
  const changed = await version();
  t.not(changed, runnable);
  await writeFile(join(folder, 'more.txt'), '');
  t.not(await version(), changed);
});
