import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createCheckRunner } from '../../../src/domains/checks/check-runner.ts';
import type { ScriptCheck } from '../../../src/domains/labs/lab-check.ts';
import { unpinned } from '../../kit/labs/pins.ts';
import { placeOn } from '../../kit/labs/checks.ts';
import { emptyFolder, gitRepository } from '../../kit/labs/git-repository.ts';
import { scenarioFixtures } from '../../kit/labs/imports.ts';
import { labIn } from '../../kit/labs/lab-folders.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';
import { onLinux } from '../../kit/basics/on-linux.ts';
import { openSaves } from '../../kit/sessions/saved-sessions.ts';
import { until } from '../../kit/basics/until.ts';

const killercoda = join(scenarioFixtures, 'killercoda');
const katacoda = join(scenarioFixtures, 'katacoda');

await t.test('the command reports the result for each scenario, for people and programs', async (t) => {
  const into = await emptyFolder(t);
  const report = join(await emptyFolder(t), 'report.json');
  const words = ['import', katacoda, '--into', into, '--report', report];
  const run = await labsCommand([...words, '--no-images']);
  t.match(run, { code: 2, stderr: '' });
  t.match(run.stdout, `imported with warnings: signals/flags -> ${into}/signals-flags\n`);
  t.match(
    run.stdout,
    'refused: signals/radio\n  signals/radio/index.json:3: details.steps: must be a list\n',
  );
  t.match(run.stdout, /\n4 scenarios: 0 imported, 2 imported with warnings, 2 refused\n1 plain: .*\n$/);
  t.match(JSON.parse(await readFile(report, 'utf8')), {
    counts: { scenarios: 4, imported: 0, importedWithWarnings: 2, refused: 2, leftOut: 0 },
    source: katacoda,
    into,
    scenarios: [
      { scenario: 'signals/flags', lab: 'signals-flags', outcome: 'imported with warnings', refusals: [] },
      {
        scenario: 'signals/horns',
        outcome: 'refused',
        refusals: [
          { file: 'signals/horns/index.json', line: 5, message: 'the file "gone.md" is missing' },
          {},
          {},
        ],
      },
      {},
      {},
    ],
    courses: [],
  });
  t.same(await labsCommand(['validate', into]), { code: 0, stdout: '2 valid, 0 problems\n', stderr: '' });
});

await t.test('a repository is fetched at a ref', async (t) => {
  const repository = await gitRepository(t);
  const scenario = (title: string) => ({
    'tide/index.json': JSON.stringify({ title, backend: { imageid: 'ubuntu' } }),
  });
  const first = await repository.commit(scenario('Low tide'));
  await repository.git('tag', 'low');
  await repository.commit(scenario('High tide'));
  const into = await emptyFolder(t);
  const address = `file://${repository.path}`;
  const report = join(await emptyFolder(t), 'report.json');
  const run = await labsCommand(['import', address, '--ref', 'low', '--report', report, '--no-images'], {
    BERTH_LABS_DIR: into,
  });
  t.match(run, { code: 0, stderr: '' });
  t.match(JSON.parse(await readFile(report, 'utf8')), { source: address, commit: first });
  t.match(await labIn(join(into, 'tide')), { title: { en: 'Low tide' } });

  t.match(await labsCommand(['import', address, '--into', into, '--no-images']), {
    code: 2,
    stdout: /"tide" already exists; --force replaces it/,
  });
  t.match(await labsCommand(['import', address, '--into', into, '--force', '--no-images']), { code: 0 });
  t.match(await labIn(join(into, 'tide')), { title: { en: 'High tide' } });
});

await t.test('reports what cannot start, and writes nothing', async (t) => {
  const into = await emptyFolder(t);
  const refused = async (words: string[], stderr: RegExp, environment = {}) =>
    t.match(await labsCommand(['import', ...words, '--into', into], environment), { code: 1, stderr });
  await refused(['/nowhere'], /Could not read "\/nowhere" \(ENOENT\)/);
  await refused([into], /has no scenario/);
  await refused([killercoda, '--ref', 'main'], /--ref only applies to a Git repository/);
  await refused([killercoda, '--language', 'english!'], /is not the tag of a language/);
  await refused([killercoda, '--picture-limit', '1 GiB'], /must be a size .* at most 700 KiB/);
  await refused(['ext::sh -c true'], /is not an allowed address of a Git repository/);
  await refused([killercoda], /Could not read the table of environments "\/none.yaml"/, {
    BERTH_IMPORT_ENVIRONMENTS: '/none.yaml',
  });
  t.same(await readdir(into), []);
});

await t.test('an imported scenario works like the original: files, scripts and checks', async (t) => {
  const into = await emptyFolder(t);
  t.match(await labsCommand(['import', killercoda, '--into', into, ...(await onLinux(t))]), { code: 2 });
  const lab = { ...(await labIn(join(into, 'basics'))), slug: 'lab-0' };
  const { ready, run, service, actors, engine } = await openSaves(t, { labs: [lab] });
  const { id, reason } = await ready();
  t.equal(reason, undefined);
  const inMachine = (script: string) => run(id, script, { machine: 'host01' });

  t.equal(await inMachine('cat /root/rope.txt /etc/lamp.conf'), 'hemp\nlight=on\n');
  t.equal(await inMachine('/opt/tools/knot.sh; stat -c %a /srv/charts/maps/near.chart'), 'knot\n640\n');
  await until(async () => (await inMachine('cat /tmp/started')) !== '', 20_000);
  t.equal(await inMachine('cat /tmp/started-in'), '/root\n', 'the intro runs at the start, in the home');
  t.match(await inMachine('cat /tmp/started'), /^5\./, 'by bash');

  const { machineId } = await service.machine(actors.owner, id, 'host01');
  const runner = createCheckRunner({ engine, pins: unpinned });
  const check = async (step: number) => {
    const [check] = lab.steps[step]?.checks ?? [];
    return runner.run(check as ScriptCheck, placeOn(machineId), new AbortController().signal);
  };
  t.match(await check(0), { state: 'finished', passed: false });
  await inMachine('touch /tmp/tied');
  t.match(await check(0), { state: 'finished', passed: true }, 'by its exit code');

  t.match(await check(1), { passed: false, evidence: /no boat/ }, 'it ends with 0 and does not print "done"');
  await inMachine('echo boat >/tmp/boat');
  t.match(await check(1), { passed: true });
});
