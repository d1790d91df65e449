import { execFile } from 'node:child_process';
import { join } from 'node:path';
import t from 'tap';
import { labsFolder, smallLab } from '../../support/lab-folders.ts';

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts');

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

function validate(folder: string | undefined, environment: Record<string, string> = {}): Promise<Run> {
  const argumentList = ['--import=tsx', MAIN, 'labs', 'validate', ...(folder === undefined ? [] : [folder])];
  const options = { env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    execFile(process.execPath, argumentList, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

await t.test('the bundled labs are valid', async (t) => {
  const run = await validate(join(import.meta.dirname, '../../../labs'));
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
    stderr: `${directory}/bad/lab.yaml:1: machines: is missing\n${directory}/bad/lab.yaml:2: machnes: there is no such key; did you mean "machines"?\n`,
  };
  t.same(await validate(directory), expected);
  t.same(await validate(undefined, { BERTH_LABS_DIR: directory }), expected);

  t.same(await validate(join(directory, 'good')), { code: 0, stdout: '1 valid, 0 problems\n', stderr: '' });
  t.match(await validate(join(directory, 'bad')), { code: 1, stdout: '0 valid, 2 problems\n' });
});

await t.test('a folder that is not there is said to be', async (t) => {
  const run = await validate('/nowhere');
  t.equal(run.code, 1);
  t.match(run.stderr, /The folder "?\/nowhere"?|the folder "\/nowhere" can not be read/);
});
