import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { labIn } from '../../kit/labs/lab-folders.ts';
import { guideBlocks } from '../../kit/labs/guide.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';

const page = await readFile(join(import.meta.dirname, '../../../docs/checks.md'), 'utf8');

await t.test('the lab on the page has every kind of check, and can be trusted', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-checks-guide-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const blocks = guideBlocks(page);
  for (const { path, text } of blocks) {
    if (path === undefined) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const lab = await labIn(join(folder, 'labs/every-kind'));
  const kinds = lab.steps.flatMap(({ checks }) => checks.map(({ kind }) => kind));
  t.same(kinds, ['file', 'command', 'quiz', 'http', 'script', 'trusted']);

  const shown = blocks.find(({ text }) => text.startsWith('$ '))?.text ?? '';
  const [command = '', ...printed] = shown.slice(2).split('\n');
  const { stdout, code } = await labsCommand(command.split(' ').slice(2), { BERTH_LABS_DIR: '' }, { folder });
  t.equal(code, 0, stdout);
  const timeless = (text: string) => text.replaceAll(/\d+\.\d s/g, 'N s').trim();
  t.equal(timeless(stdout), timeless(printed.join('\n')));
});
