import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import type { Test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import { newTestEnvironmentId } from '../../../src/domains/lab-tests/environment-ids.ts';
import { environmentSpec } from '../../kit/engine/engines.ts';
import { labsFolder } from '../../kit/labs/lab-folders.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';
import { fileStep, testedLab } from '../../kit/labs/tested-labs.ts';
import { BERTH } from '../../kit/service/berth-command.ts';
import { until } from '../../kit/basics/until.ts';

const engine = createDockerEngine({ host: process.env['DOCKER_HOST'], installation: 'lab-tests' });
t.teardown(() => engine.close());

/** Labs with a solution that takes longer than any test. */
const endless = testedLab([`id: one, check: { script: 'exit 1' }, solution: 'sleep 500'`]);

/** Tests two such labs until both have their machines. */
async function testing(t: Test) {
  const directory = await labsFolder(t, { one: endless, two: endless });
  const child = spawn(process.execPath, [...BERTH, 'labs', 'test', directory, '--jobs', '2']);
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const made = async () => {
    const environments = await engine.list();
    return environments.filter(({ environmentId }) => environmentId.includes(`-${child.pid}-`));
  };
  await until(() => (output.match(/one is not passed before it is done/g) ?? []).length === 2, 60_000);
  t.equal((await made()).length, 2, 'labs are tested in parallel');
  return { child, made };
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  await t.test(`nothing is left after ${signal}`, async (t) => {
    const { child, made } = await testing(t);
    const ended = once(child, 'exit');
    child.kill(signal);
    t.same(await ended, [code, null]);
    t.same(await made(), []);
  });
}

await t.test('a killed test is cleaned up', async (t) => {
  const { child, made } = await testing(t);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  t.same(await ended, [null, 'SIGKILL']);
  await until(async () => (await made()).length === 0, 60_000);
});

await t.test('leftovers of an ended test are removed before the next one', async (t) => {
  const gone = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
  t.teardown(() => gone.kill('SIGKILL'));
  const environmentId = newTestEnvironmentId().replace(`-${process.pid}-`, `-${gone.pid}-`);
  t.teardown(() => engine.destroy(environmentId));
  await engine.provision(environmentSpec({ environmentId }));
  const own = newTestEnvironmentId();
  t.teardown(() => engine.destroy(own));
  await engine.provision(environmentSpec({ environmentId: own }));
  const ended = once(gone, 'exit');
  gone.kill('SIGKILL');
  await ended;
  const directory = await labsFolder(t, { good: testedLab([fileStep('one')]) });
  t.match(await labsCommand(['test', directory]), { code: 0 });
  const there = new Set((await engine.list()).map((environment) => environment.environmentId));
  t.notOk(there.has(environmentId));
  t.ok(there.has(own), 'things of a running process stay');
});
