import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { endInside, newMark, withMoreProcesses } from '../../../src/engine/docker/environments/ending.ts';
import { dockerHarness, provisionMachine } from '../../support/engines.ts';

await test('what is lent to a full machine is taken back, however many borrow and whatever a crash left', async (t) => {
  const container = await openMachine(t);
  const limit = async () => (await container.inspect()).HostConfig.PidsLimit;
  t.equal(await limit(), 64);
  // As a crash leaves it.
  await container.update({ PidsLimit: 96 });
  const lent: unknown[] = [];
  const borrow = async () => {
    lent.push(await limit());
    await sleep(100);
  };
  await Promise.all([
    withMoreProcesses(container, borrow),
    t.rejects(withMoreProcesses(container, () => Promise.reject(new Error('failed')))),
    withMoreProcesses(container, borrow),
    withMoreProcesses(container, borrow),
  ]);
  t.same(lent, [96, 96, 96]);
  t.equal(await limit(), 64);
});

await test('an ending that cannot begin even then is an error, not done', async (t) => {
  const container = await openMachine(t);
  await t.rejects(endInside(container, { leader: undefined, mark: newMark(), user: 'nobody-here' }), {
    code: 'ENGINE_REFUSED',
    details: { problem: /no room/ },
  });
});

async function openMachine(t: Test) {
  const { engine } = dockerHarness(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const { machineId } = await provisionMachine(engine);
  return docker.getContainer(machineId);
}
