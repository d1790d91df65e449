import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { endInside, newMark, withMoreProcesses } from '../../../src/engine/docker/environments/ending.ts';
import { dockerHarness, provisionMachine } from '../../kit/engine/engines.ts';

await test('the process limit of a full machine is reset after each raise, and after a crash', async (t) => {
  const container = await openMachine(t);
  const limit = async () => (await container.inspect()).HostConfig.PidsLimit;
  t.equal(await limit(), 64);
  // As after a crash.
  await container.update({ PidsLimit: 96 });
  const limits: unknown[] = [];
  const readLimit = async () => {
    limits.push(await limit());
    await sleep(100);
  };
  await Promise.all([
    withMoreProcesses(container, readLimit),
    t.rejects(withMoreProcesses(container, () => Promise.reject(new Error('failed')))),
    withMoreProcesses(container, readLimit),
    withMoreProcesses(container, readLimit),
  ]);
  t.same(limits, [96, 96, 96]);
  t.equal(await limit(), 64);
});

await test('an error is reported if the command that ends processes cannot start', async (t) => {
  const container = await openMachine(t);
  await t.rejects(endInside(container, { leader: undefined, mark: newMark(), user: 'nobody-here' }), {
    code: 'ENGINE_REFUSED',
    details: { problem: /no free process/ },
  });
});

async function openMachine(t: Test) {
  const { engine } = dockerHarness(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const { machineId } = await provisionMachine(engine);
  return docker.getContainer(machineId);
}
