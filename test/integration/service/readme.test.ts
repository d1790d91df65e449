import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';

const run = promisify(execFile);

await test("the README's example prints what the README shows", async (t) => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
  const shown = /```\n(ready after [^]*?)\n```/.exec(readme)?.[1] ?? '';
  t.ok(shown, 'the README shows its output');
  const berth = await startBerth(t);
  const example = () =>
    run('node', ['docs/examples/first-session.mjs', berth.url], {
      env: { ...process.env, BERTH_TOKEN: berth.adminToken },
    });
  t.equal(withoutFigures((await example()).stdout), withoutFigures(shown));

  const learner = learnerAt(berth);
  await learner.reach(await learner.start(), 'READY');
  t.equal(
    withoutFigures((await example()).stdout),
    withoutFigures(shown),
    'in a lab that has started before',
  );
});

/** Times and addresses differ between runs. */
function withoutFigures(text: string): string {
  return text
    .trim()
    .replace(/after \d+ ms/, 'after … ms')
    .replace(/at 10[\d.]+/, 'at …');
}
