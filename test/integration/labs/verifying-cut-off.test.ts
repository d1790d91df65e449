import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { LABEL, labelFilter } from '../../../src/engine/docker/labels.ts';
import { isOfProcess, LAB_TESTS_INSTALLATION } from '../../../src/domains/lab-tests/environment-ids.ts';
import { emptyFolder } from '../../kit/labs/git-repository.ts';
import { labsFolder } from '../../kit/labs/lab-folders.ts';
import { BERTH } from '../../kit/service/berth-command.ts';
import { onLinux } from '../../kit/basics/on-linux.ts';
import { until } from '../../kit/basics/until.ts';

const part = (title: string) => ({ title, text: `${title}.md`, verify: 'verify.sh' });

/** A scenario with a step that is done immediately, and one that takes longer than any test. */
const scenario = {
  'index.json': JSON.stringify({
    title: 'Knots',
    details: { steps: [part('tied'), part('endless')] },
    backend: { imageid: 'ubuntu' },
  }),
  'tied.md': '`touch /tmp/tied`{{exec}}',
  'endless.md': '`rm /tmp/tied; sleep 500`{{exec}}',
  'verify.sh': '[ -e /tmp/tied ]\n',
};

await t.test('after Ctrl-C, the report says where verifying was interrupted', async (t) => {
  const source = await labsFolder(t, { one: scenario, two: scenario });
  const report = join(await emptyFolder(t), 'report.json');
  const into = await emptyFolder(t);
  const flags = ['--verify', '--jobs', '1', '--report', report, ...(await onLinux(t))];
  const words = ['import', source, '--into', into, ...flags];
  const child = spawn(process.execPath, [...BERTH, 'labs', ...words]);
  t.teardown(() => child.kill('SIGKILL'));
  const printed = text(child.stdout);
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(() => output.includes(': tied: passed\n'), 120_000);
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  t.same(await ended, [130, null]);

  const stdout = await printed;
  t.match(stdout, '\n  verification was interrupted after step "tied"\n');
  t.match(stdout, '\n  verification was interrupted before its first step\n');
  t.match(stdout, /\ninterrupted: 2 of 2 labs were not verified completely\n$/);
  const { scenarios } = JSON.parse(await readFile(report, 'utf8'));
  t.match(scenarios, [{ verifyCutOff: true }, { verifyCutOff: true }]);
  const verified = scenarios.flatMap((one: { verified?: object[] }) => one.verified ?? []);
  t.match(verified, [{ step: 'tied', outcome: 'passed' }]);
  t.equal(verified.length, 1);
});

await t.test('verifying is repeated if its machine is lost', async (t) => {
  const source = await labsFolder(t, {
    one: {
      ...scenario,
      'index.json': JSON.stringify({
        title: 'Knots',
        details: { steps: [part('tied'), { ...part('slow'), text: 'slow.md' }] },
        backend: { imageid: 'ubuntu' },
      }),
      'slow.md': '`sleep 6`{{exec}}',
    },
  });
  const report = join(await emptyFolder(t), 'report.json');
  const into = await emptyFolder(t);
  const flags = ['--verify', '--report', report, ...(await onLinux(t))];
  const child = spawn(process.execPath, [...BERTH, 'labs', 'import', source, '--into', into, ...flags]);
  t.teardown(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(() => output.includes(': tied: passed\n'), 120_000);

  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const machines = await docker.listContainers({
    filters: labelFilter({ [LABEL.installation]: LAB_TESTS_INSTALLATION }),
  });
  const own = machines.find(({ Labels }) => isOfProcess(Labels[LABEL.environment] ?? '', child.pid ?? 0));
  t.ok(own, 'the machine exists');
  await docker.getContainer(own?.Id ?? '').remove({ force: true, v: true });
  t.same(await ended, [0, null]);
  t.match(output, 'one: the engine failed, retrying: ');
  const { scenarios } = JSON.parse(await readFile(report, 'utf8'));
  t.match(scenarios, [{ verified: [{ step: 'tied', outcome: 'passed' }, { step: 'slow' }] }]);
});
