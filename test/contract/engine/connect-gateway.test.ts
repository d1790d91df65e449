import { text } from 'node:stream/consumers';
import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import { gatewayName } from '../../../src/engine/docker/networks/gateway.ts';
import { labelsOf } from '../../../src/engine/docker/labels.ts';
import {
  dockerHarness,
  MACHINE_IMAGE,
  newEnvironmentId,
  provisionMachine,
} from '../../kit/engine/engines.ts';
import { startServer } from '../../kit/engine/machine-server.ts';

/** A machine with a server, and the engine's description of its gateway. */
async function open(t: Test) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const { engine, installation } = dockerHarness(t);
  const machine = await provisionMachine(engine);
  await startServer(engine, machine.machineId, { port: 80, serve: 'print "here"' });
  const name = gatewayName(await docker.getContainer(machine.machineId).inspect());
  const gateway = docker.getContainer(name);
  const ask = async (from = engine) => {
    const stream = await from.connect(machine.machineId, 80);
    stream.end();
    return text(stream);
  };
  return { docker, engine, installation, machine, gateway, ask };
}

await test('a gateway has no capabilities, and shares only the machine’s network', async (t) => {
  const { gateway, machine, ask } = await open(t);
  t.equal(await ask(), 'here');
  const { HostConfig, Config, Mounts } = await gateway.inspect();
  t.match(HostConfig, {
    NetworkMode: `container:${machine.machineId}`,
    CapDrop: ['ALL'],
    ReadonlyRootfs: true,
    Privileged: false,
    PidMode: '',
    SecurityOpt: ['no-new-privileges:true'],
  });
  t.notMatch(HostConfig.IpcMode, /container|host/);
  t.same([HostConfig.CapAdd ?? [], HostConfig.Binds ?? [], Mounts], [[], [], []]);
  t.equal(Config.User, 'nobody');
  t.ok(HostConfig.PidsLimit && HostConfig.Memory);
});

await test('a later process uses a gateway, replaces a missing one, and removes it with its environment', async (t) => {
  const { engine, installation, docker, gateway, machine, ask } = await open(t);
  await ask();
  const first = await gateway.inspect();
  const later = createDockerEngine({ host: process.env['DOCKER_HOST'], installation });
  t.teardown(() => later.close());
  t.equal(await ask(later), 'here');
  t.equal((await gateway.inspect()).Id, first.Id);

  await gateway.kill();
  t.equal(await ask(), 'here');
  const second = await gateway.inspect();
  t.not(second.Id, first.Id);

  await engine.destroy(machine.environmentId);
  await t.rejects(docker.getContainer(second.Id).inspect(), { statusCode: 404 } as Error & {
    statusCode: number;
  });
});

await test('a gateway that a crash left before its start is used, and is not listed as an environment', async (t) => {
  const { engine, installation, docker, gateway, machine, ask } = await open(t);
  const { id } = await docker.createContainer({
    name: gateway.id,
    Image: 'berth/lab-gateway:latest',
    Labels: labelsOf(installation, 'gateway', { environment: machine.environmentId }),
    HostConfig: { NetworkMode: `container:${machine.machineId}`, AutoRemove: true },
  });
  t.equal(await ask(), 'here');
  t.equal((await gateway.inspect()).Id, id);
  t.same(
    (await engine.list()).map(({ machines }) => machines.length),
    [1],
  );
});

await test('without its image, or next to another installation’s machine, the error names the reason', async (t) => {
  const { machine, installation } = await open(t);
  const gatewayImage = 'berth/no-such-image:latest';
  const bare = createDockerEngine({ host: process.env['DOCKER_HOST'], installation, gatewayImage });
  t.teardown(() => bare.close());
  await t.rejects(bare.connect(machine.machineId, 80), {
    code: 'GATEWAY_UNAVAILABLE',
    message: /no-such-image/,
  });

  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const foreign = await docker.createContainer({
    Image: MACHINE_IMAGE,
    Cmd: ['sleep', '600'],
    Labels: labelsOf('test-another', 'machine', { environment: newEnvironmentId() }),
    HostConfig: { NetworkMode: 'none' },
  });
  t.teardown(() => foreign.remove({ force: true, v: true }));
  await foreign.start();
  await t.rejects(bare.connect(foreign.id, 80), { code: 'CONTAINER_NOT_FOUND' });
});
