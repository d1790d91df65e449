import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { runImageScript } from '../../../src/engine/docker/images/image-script.ts';
import { labelsOf } from '../../../src/engine/docker/labels.ts';
import { untilLabel } from '../../../src/engine/docker/helper.ts';
import { dockerHarness, internetSpec, MACHINE_IMAGE } from '../../kit/engine/engines.ts';

await test('the next firewall helper removes one that a crash left, and no other', async (t) => {
  const { engine, installation } = dockerHarness(t);
  const labels = labelsOf(installation, 'egress');
  const overdue = await leaveContainer(t, { ...labels, ...untilLabel(-1) });
  const inUse = await leaveContainer(t, { ...labels, ...untilLabel(60_000) });
  const others = await leaveContainer(t, { ...labelsOf('test-another', 'egress'), ...untilLabel(-1) });
  await engine.provision(internetSpec());
  t.same(await Promise.all([overdue.isThere(), inUse.isThere(), others.isThere()]), [false, true, true]);
});

await test('the next script removes a script container that a crash left', async (t) => {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const label = { 'berth.script': 'true' };
  const overdue = await leaveContainer(t, { ...label, ...untilLabel(-1) });
  const inUse = await leaveContainer(t, { ...label, ...untilLabel(60_000) });
  const script = { text: '#!/bin/sh\nexit 3\n', timeoutMs: 20_000 };
  t.match(await runImageScript(docker, MACHINE_IMAGE, script), { exitCode: 3 });
  t.same(await Promise.all([overdue.isThere(), inUse.isThere()]), [false, true]);
});

await test('a script that exits before the wait for it reaches the engine is not waited for until the end', async (t) => {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const { modem } = docker;
  const dial = modem.dial.bind(modem);
  modem.dial = (options, callback) =>
    void setTimeout(() => dial(options, callback), options.path.includes('/wait') ? 2_000 : 0);
  const script = { text: '#!/bin/sh\nexit 4\n', timeoutMs: 20_000 };
  t.match(await runImageScript(docker, MACHINE_IMAGE, script), { exitCode: 4 });
});

/** A running container like one that a killed process left. */
async function leaveContainer(t: Test, labels: Record<string, string>) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const container = await docker.createContainer({
    Image: MACHINE_IMAGE,
    Entrypoint: ['sleep', '600'],
    Cmd: [],
    Labels: labels,
    HostConfig: { Init: true, NetworkMode: 'none' },
  });
  const isThere = async () => {
    const found = await docker.listContainers({ all: true, filters: { id: [container.id] } });
    return found.length > 0;
  };
  t.teardown(async () => {
    if (await isThere()) await container.remove({ force: true, v: true });
    close();
  });
  await container.start();
  return { isThere };
}
