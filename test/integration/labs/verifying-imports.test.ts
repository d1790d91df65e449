import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { emptyFolder } from '../../support/git-repository.ts';
import type { ImportReport } from '../../../src/labs/import/import-report.ts';
import { scenarioFixtures } from '../../support/imports.ts';
import { labsFolder } from '../../support/lab-folders.ts';
import { labsCommand } from '../../support/labs-command.ts';

const part = (title: string) => ({ title, text: `${title}.md`, verify: `${title}.sh` });

await t.test(
  'what a text runs is done on the engine, and told where verify does not follow it',
  async (t) => {
    const source = await labsFolder(t, {
      knots: {
        'index.json': JSON.stringify({
          title: 'Knots',
          details: {
            intro: { text: 'intro.md', foreground: 'intro.sh' },
            steps: [
              part('tied'),
              { ...part('open'), background: 'open-background.sh' },
              part('wrong'),
              { title: 'read', text: 'read.md' },
              part('after'),
              part('yours'),
            ],
          },
          backend: { imageid: 'ubuntu' },
        }),
        'intro.md': 'Ropes: `touch begun`{{exec}}',
        'intro.sh': 'echo rope >~/rope\n',
        'tied.md': 'First `sleep 1000`{{exec}}, then `cp rope tied`{{exec interrupt}}',
        'tied.sh': '[ -e begun ] && grep rope /root/tied\n',
        'open.md': '`ls`{{exec}}',
        'open.sh': 'echo done\n',
        'open-background.sh': 'echo open >/tmp/open\n',
        'wrong.md': '`cp rope worng; false`{{exec}}',
        'wrong.sh': 'if [ -e wrong ]; then echo done; else echo "No knot."; fi\n',
        'read.md': '```\ncp rope read\n```{{exec}}',
        'after.md': '`cat none; cp read after`{{exec}}',
        'after.sh': '[ -e after ] && echo done\n',
        'yours.md': 'Tie one of your own.',
        'yours.sh': '[ -e own ]\n',
      },
      whale: {
        'index.json': JSON.stringify({
          title: 'Whale',
          details: {
            steps: [part('engine'), part('hello')],
            assets: { host01: [{ file: 'note.txt', target: '/root' }] },
          },
          backend: { imageid: 'docker' },
        }),
        'engine.md': '`docker info --format "{{.ServerVersion}}" >version; cp note.txt kept`{{exec}}',
        'engine.sh': '[ -s ~/version ] && grep -q mine ~/kept && echo done\n',
        'hello.md': '`docker run --name hello hello-world`{{exec}} and `sudo id`',
        'hello.sh': 'docker logs hello | grep -q Hello && echo done\n',
        'assets/note.txt': 'mine\n',
      },
      plain: {
        'index.json': JSON.stringify({ title: 'Plain', backend: { imageid: 'ubuntu' } }),
      },
    });
    const report = join(await emptyFolder(t), 'report.json');
    const into = await emptyFolder(t);
    const run = await labsCommand(['import', source, '--into', into, '--verify', '--report', report]);
    t.equal(run.code, 0);
    const warned = (step: string, what: string) => `  knots/index.json: step "${step}": its verify ${what}\n`;
    t.match(
      run.stdout,
      `imported with warnings: knots -> ${into}/knots\n${warned('open', 'passes before anything was done')}${warned('wrong', 'does not pass after all that the text runs: No knot.')}imported: plain`,
    );
    t.match(
      run.stdout,
      '\n7 steps with a verify: 4 passed once done, 1 before anything was done, 1 not at all, 1 are for learners to do\n',
    );
    const { counts, scenarios } = JSON.parse(await readFile(report, 'utf8'));
    t.match(counts, { imported: 2, importedWithWarnings: 1 });
    t.same(counts.verified, { steps: 7, passed: 4, vacuous: 1, unsolved: 1, failed: 1 });
    t.match(scenarios[0].verified, [
      { step: 'tied', outcome: 'passed' },
      { step: 'open', outcome: 'vacuous' },
      { step: 'wrong', outcome: 'failed', problem: 'No knot.' },
      { step: 'after', outcome: 'passed' },
      { step: 'yours', outcome: 'unsolved' },
    ]);
  },
);

await t.test('the scenarios that have every construct are done on the engine, and pass', async (t) => {
  const report = join(await emptyFolder(t), 'report.json');
  const into = await emptyFolder(t);
  const flags = ['--unlisted', '--verify', '--report', report];
  t.match(await labsCommand(['import', scenarioFixtures, '--into', into, ...flags]), { code: 2 });
  const { scenarios } = JSON.parse(await readFile(report, 'utf8')) as ImportReport;
  const verified = scenarios.flatMap(({ scenario, verified }) =>
    (verified ?? []).map(({ step, outcome }) => `${scenario} ${step} ${outcome}`),
  );
  t.same(verified.toSorted(), [
    'katacoda/signals/flags hoist-a-flag passed',
    'killercoda/basics step-2 passed',
    'killercoda/basics tie-the-boat-up passed',
  ]);
});
