import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { labelsOf } from '../../../src/engine/docker/labels.ts';
import { untilLabel } from '../../../src/engine/docker/helper.ts';
import { newId } from '../../../src/core/ids.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { MACHINE_IMAGE, testSubnet } from '../../kit/engine/engines.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { openSaves } from '../../kit/sessions/saved-sessions.ts';
import { openTestEngine } from '../../kit/sessions/session-engine.ts';
import { environmentOf, testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab } from '../../kit/sessions/warm.ts';

await test('sessions start, crash, are repaired and end, and nothing of others is touched', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const installation = newInstallation(t);
  const engine = openTestEngine(t, { installation });
  const labs = [
    testLab('lab', { machines: [testMachine('main', { volumes: ['/data'] })] }),
    warmLab('warm', 1),
  ];
  const { sessions } = openPool(t, database, labs, { engine });
  const { service } = sessions;
  const { id } = await service.start(owner, { lab: 'lab' });
  await whenState(service, id, 'ready');
  const environment = await environmentOf(database, id);

  // Named like our own, and labelled as those of another installation, with the same environment.
  const theirs = { ...labelsOf('another', 'machine', { environment, machine: 'main' }), ...untilLabel(-1) };
  const foreign = await Promise.all([
    makeForeign(t, `a-database-${newId()}`, {}),
    makeForeign(t, `berth-${environment}-main-2`, {}),
    makeForeign(t, `berth-${environment}-other`, theirs),
    makeForeign(t, `berth-${newId()}-main`, labelsOf('another', 'gauge')),
  ]);
  const before = await Promise.all(foreign.map((look) => look()));

  // As after a crash: an environment without a session, which has lost one object.
  await database.client.session.update({ where: { id }, data: { environmentId: 'gone' } });
  await sessions.reconcile();
  await until(async () => !(await engine.list()).some(({ environmentId }) => environmentId === environment));
  await whenState(service, id, 'failed');
  const second = await service.start(owner, { lab: 'warm' });
  await whenState(service, second.id, 'ready');
  await engine.disk();
  labs.splice(0, 2);
  await service.deleteAllMine(owner);
  await sessions.reconcile();
  await until(async () => (await database.client.session.count()) === 0);
  await until(async () => (await readyIds(database)).length === 0, 60_000);
  await until(async () => (await engine.list()).length === 0, 60_000);

  t.strictSame(await Promise.all(foreign.map((look) => look())), before);
  t.ok(before.every((things) => Object.values(things).every(Boolean)));
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const filters = { label: [`berth.installation=${installation}`] };
  t.strictSame(await docker.listContainers({ all: true, filters }), []);
  t.strictSame(await docker.listNetworks({ filters }), []);
  t.strictSame((await docker.listVolumes({ filters })).Volumes, []);
  close();
});

await test("saved states are created, removed and forgotten, without touching another owner's images of any name", async (t) => {
  const { database, sessions, saves, actors, service, ready, saved, leaves } = await openSaves(t);
  const mine = { 'berth.saved-state': 'gone' };
  const foreign = await Promise.all([
    makeForeignImage(t, `berth/saved:${newId()}-main`, {}),
    makeForeignImage(t, `berth/saved:${newId()}-main`, { ...mine, ...labelsOf('another', 'image') }),
    makeForeignImage(t, `berth/saved:${newId()}-main.v1`, mine),
  ]);
  const { id } = await ready('lab-1');
  await saved(id);
  await saves.resume(actors.owner, id);
  await whenState(service, id, 'ready');
  await saved(id);
  await leaves(0, 1);
  await database.client.user.delete({ where: { id: actors.owner.userId } });
  await sessions.reconcile();
  await leaves(0, 0);
  for (const isThere of foreign) t.ok(await isThere());
});

await test('copies of a machine or a saved state that people make by hand stay', async (t) => {
  const { database, engine, sessions, actors, service, ready, saved, leaves } = await openSaves(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const { id } = await ready('lab-1');
  const { machineId } = await service.machine(actors.owner, id, 'main');
  const ofMachine = await copyByHand(t, machineId);
  t.strictSame(
    (await engine.list()).flatMap(({ machines }) => machines.map((machine) => machine.machineId)),
    [machineId],
    'a copy is not a machine of the session',
  );

  t.match(await saved(id), { state: 'saved' });
  await leaves(0, 1);
  const [image] = (await engine.listImages()).flatMap(({ names }) => names);
  const looked = await docker.createContainer({ Image: image ?? '', Cmd: ['true'] });
  const ofSaved = await copyByHand(t, looked.id);
  const images = [await imageByHand(t, looked.id, { named: true }), await imageByHand(t, looked.id)];
  await looked.remove();
  await database.client.user.delete({ where: { id: actors.owner.userId } });
  await sessions.reconcile();
  await until(
    async () => !(await docker.listImages()).some(({ RepoTags }) => RepoTags?.includes(image ?? '')),
  );
  await sessions.reconcile();
  for (const isThere of [ofMachine, ofSaved, ...images]) t.ok(await isThere());
});

/** Saves a container as an image, without a name unless `named`. Returns a function that says whether it exists. */
async function imageByHand(t: Test, containerId: string, { named = false } = {}) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const name = named ? { repo: `copy-${newId().toLowerCase()}`, tag: 'kept' } : {};
  const { Id } = (await docker.getContainer(containerId).commit(name)) as { Id: string };
  t.teardown(async () => {
    await docker
      .getImage(Id)
      .remove()
      .catch(() => undefined);
    close();
  });
  return async () => (await docker.listImages()).some((image) => image.Id === Id);
}

/**
 * Does what an admin might to inspect something: saves a container as an image, and runs that. Returns a function that
 * says whether both exist.
 */
async function copyByHand(t: Test, containerId: string) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const repo = `copy-${newId().toLowerCase()}`;
  await docker.getContainer(containerId).commit({ repo, tag: 'kept' });
  const container = await docker.createContainer({ Image: `${repo}:kept`, Entrypoint: ['sleep', '600'] });
  await container.start();
  t.teardown(async () => {
    await container.remove({ force: true, v: true }).catch(() => undefined);
    await docker
      .getImage(`${repo}:kept`)
      .remove()
      .catch(() => undefined);
    close();
  });
  return async () => {
    const images = await docker.listImages({ filters: { reference: [repo] } });
    const containers = await docker.listContainers();
    return images.length === 1 && containers.some(({ Id }) => Id === container.id);
  };
}

/** An image of somebody else. Returns a function that says whether it still has its name. */
async function makeForeignImage(t: Test, name: string, Labels: Record<string, string>) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const [repo = '', tag = ''] = name.split(':');
  const container = await docker.createContainer({ Image: MACHINE_IMAGE, Cmd: ['true'], Labels });
  await container.commit({ repo, tag });
  await container.remove();
  const image = docker.getImage(name);
  t.teardown(async () => {
    await image.remove();
    close();
  });
  return async () => (await image.inspect()).RepoTags.includes(name);
}

/** A running container, a network, a volume and an image of somebody else. Returns a function that describes them. */
async function makeForeign(t: Test, name: string, Labels: Record<string, string>) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const network = await docker.createNetwork({
    Name: name,
    Labels,
    IPAM: { Driver: 'default', Config: [{ Subnet: testSubnet() }] },
  });
  const volume = await docker.createVolume({ Name: name, Labels });
  const container = await docker.createContainer({
    name,
    Image: MACHINE_IMAGE,
    Entrypoint: ['sleep', '600'],
    Labels,
    HostConfig: {
      Init: true,
      NetworkMode: name,
      Mounts: [{ Type: 'volume', Source: name, Target: '/data' }],
    },
  });
  await container.start();
  const repository = `${name}-image`.toLowerCase();
  await container.commit({ repo: repository, tag: 'kept', pause: false });
  const image = docker.getImage(`${repository}:kept`);
  t.teardown(async () => {
    await container.remove({ force: true, v: true });
    await Promise.all([network.remove(), volume.remove(), image.remove()]);
    close();
  });
  return async () => ({
    container: (await container.inspect()).State.StartedAt,
    network: (await network.inspect()).Id,
    volume: (await volume.inspect()).Name,
    image: (await image.inspect()).Id,
  });
}
