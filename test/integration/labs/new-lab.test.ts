import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { labJsonSchema } from '../../../src/domains/labs/schema/lab-schema.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';
import { labIn } from '../../kit/labs/lab-folders.ts';

const directory = await mkdtemp(join(tmpdir(), 'berth-new-'));
t.teardown(() => rm(directory, { recursive: true, force: true }));

await t.test('a new lab is valid, and its step can fail and pass', async (t) => {
  const made = await labsCommand(['new', 'my-first-lab', '--in', directory]);
  t.match(made, { code: 0, stderr: '' });
  t.match(made.stdout, `${directory}/my-first-lab/lab.yaml\n`);
  const validated = await labsCommand(['validate', join(directory, 'my-first-lab')]);
  t.same(validated, { code: 0, stdout: '1 valid, 0 problems\n', stderr: '' });

  const lab = await labIn(join(directory, 'my-first-lab'));
  t.same(lab.title, { en: 'My first lab' });
  t.match(lab.steps, [{ checks: [{}], solution: [{}], wrong: [{}], hints: [{}, {}] }]);
  const tested = await labsCommand(['test', join(directory, 'my-first-lab')]);
  t.match(tested, { code: 0, stdout: /✔ 1 of 1 .*✔ 3 of 3 .*\n\n7 passed, 0 failed, 0 skipped\n$/ });
});

await t.test('the schema in its first line is next to it', async (t) => {
  t.equal(await readFile(join(directory, 'lab.schema.json'), 'utf8'), labJsonSchema());
  t.same(await labsCommand(['schema']), { code: 0, stdout: labJsonSchema(), stderr: '' });
});

await t.test('an existing lab is left alone, and an invalid name rejected', async (t) => {
  const again = await labsCommand(['new', 'my-first-lab'], { BERTH_LABS_DIR: directory });
  t.match(again, { code: 1, stdout: '', stderr: /my-first-lab" already exists. Use another slug/ });
  const wrong = await labsCommand(['new', '../My Lab', '--in', directory]);
  t.match(wrong, {
    code: 1,
    stdout: '',
    stderr: /The slug must have up to 63 lower-case letters, digits and hyphens/,
  });
  t.same((await readdir(directory)).sort(), ['lab.schema.json', 'my-first-lab']);
});
