import { join } from 'node:path';
import t from 'tap';
import { labsFolder, smallLab } from '../../kit/labs/lab-folders.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';

const validate = (folders: string[], environment: Record<string, string> = {}) =>
  labsCommand(['validate', ...folders], environment);

await t.test('the bundled labs are valid', async (t) => {
  const run = await validate([join(import.meta.dirname, '../../../labs')]);
  t.same({ code: run.code, stderr: run.stderr }, { code: 0, stderr: '' });
  t.match(run.stdout, /^[1-9]\d* valid, 0 problems\n$/);
});

await t.test('problems of all labs in a folder are printed, with exit code 1', async (t) => {
  const directory = await labsFolder(t, {
    good: smallLab(),
    bad: { 'lab.yaml': 'title: Bad\nmachnes: []\n' },
  });
  const expected = {
    code: 1,
    stdout: '1 valid, 2 problems\n',
    stderr: `${directory}/bad/lab.yaml:1: machines: is missing\n${directory}/bad/lab.yaml:2: machnes: unknown key; did you mean "machines"?\n`,
  };
  t.same(await validate([directory]), expected);
  t.same(await validate([], { BERTH_LABS_DIR: directory }), expected);

  t.same(await validate([join(directory, 'good')]), { code: 0, stdout: '1 valid, 0 problems\n', stderr: '' });
  t.match(await validate([join(directory, 'bad')]), { code: 1, stdout: '0 valid, 2 problems\n' });
});

await t.test('several folders are reported together, each line with the given folder', async (t) => {
  const directory = await labsFolder(t, {
    one: smallLab(),
    two: smallLab(),
    bad: { 'lab.yaml': 'title: Bad\nmachines: 5\n' },
  });
  const [one, two, bad] = ['one', 'two', 'bad'].map((slug) => join(directory, slug)) as [
    string,
    string,
    string,
  ];
  t.same(await validate([one, bad, two]), {
    code: 1,
    stdout: '2 valid, 1 problem\n',
    stderr: `${bad}/lab.yaml:2: machines: must be a list\n`,
  });
  t.same(await validate([one, two]), { code: 0, stdout: '2 valid, 0 problems\n', stderr: '' });
});

await t.test('a missing folder, or one without labs, is reported', async (t) => {
  t.same(await validate(['/nowhere']), {
    code: 1,
    stdout: '0 valid, 1 problem\n',
    stderr: 'Could not read the folder of labs "/nowhere" (ENOENT). Check BERTH_LABS_DIR.\n',
  });
  const directory = await labsFolder(t, {});
  t.match(await validate([directory]), { code: 1, stderr: `${directory}: has neither a lab.yaml nor` });
});
