import { randomBytes } from 'node:crypto';
import t from 'tap';
import { system } from '../../../src/domains/identity/actor.ts';
import type { Job } from '../../../src/domains/images/jobs/job.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { createImageWorld } from '../../kit/service/image-world.ts';
import { REGISTRY_USER, startRegistry } from '../../kit/engine/registry.ts';
import { openSlowProxy } from '../../kit/proxy/slow-proxy.ts';
import { until } from '../../kit/basics/until.ts';

const MEBIBYTE = 1024 * 1024;

await t.test('a pull is a job that reports its layers, and its image is managed from then on', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, jobs, engine, own } = world;
  const registry = await startRegistry(t);
  const proxy = await openSlowProxy(t, registry.port, 2 * MEBIBYTE);
  await registry.push('tools:1', [randomBytes(3 * MEBIBYTE), randomBytes(1000)]);
  const name = `127.0.0.1:${proxy.port}/tools:1`;
  t.teardown(() => engine.remove(name));

  const started = await service.pull(system, name);
  t.match(started, { kind: 'pull', subject: name, state: 'queued', startedById: 'system' });
  const again = await service.pull(system, name);
  t.equal(again.id, started.id, 'two pulls of one image are one job');
  let seen: Job = started;
  await until(async () => {
    seen = await jobs.get(system, started.id);
    return (
      seen.progress.layers?.some(({ phase, current }) => phase === 'downloading' && current > 0) ?? false
    );
  });
  t.match(seen, { state: 'running', progress: { percent: Number } });

  const job = await world.ended(started);
  t.match(job, { state: 'succeeded', reason: undefined, progress: { percent: 100 } });
  t.same(
    job.progress.layers?.map(({ phase }) => phase),
    ['done', 'done'],
  );
  t.ok(job.version > seen.version);
  const found = await engine.find(name);
  t.equal(job.progress.imageId, found?.id);
  t.match(
    await jobs.log(system, job.id),
    new RegExp(`^Pulling ${name}\n[0-9a-f]{12}: waiting\n[^]*: done\nPulled sha256:`),
  );
  const image = await service.get(system, found?.id ?? '');
  t.match(image, { names: [name], origin: 'pulled', labs: [], prunable: true });

  await registry.push('tools:1');
  const renewed = await world.ended(await service.pull(system, name));
  t.not(renewed.progress.imageId, job.progress.imageId);
  t.same(
    new Map((await own.all()).map(({ name: given, imageId }) => [given, imageId])),
    new Map([
      [name, renewed.progress.imageId],
      [found?.id, found?.id],
    ]),
    'the former image is still managed',
  );
  const pruned = await world.ended(await service.prune(system));
  t.same(new Set(pruned.progress.removed), new Set([name, found?.id]));
  t.equal(await engine.find(found?.id ?? ''), undefined);
  t.equal(await engine.find(name), undefined);
  t.same(await own.all(), []);
});

await t.test('a pull can be cancelled through any process', async (t) => {
  // The clock is stopped, so only the event can end the pull.
  const clock = createFakeClock();
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'), { clock });
  const { service, jobs, engine } = world;
  const registry = await startRegistry(t);
  const proxy = await openSlowProxy(t, registry.port, MEBIBYTE);
  await registry.push('large:1', [randomBytes(30 * MEBIBYTE)]);
  const name = `127.0.0.1:${proxy.port}/large:1`;
  for (const process of [world, world.neighbour()]) {
    const { id } = await service.pull(system, name);
    await until(async () => (await jobs.get(system, id)).state === 'running');
    const asked = await process.jobs.cancel(system, id);
    t.ok(asked.cancelledAt);
    t.match(await world.ended({ id }), { state: 'cancelled', reason: undefined });
    t.equal((await process.jobs.cancel(system, id)).state, 'cancelled', 'a second time changes nothing');
  }
  t.equal(await engine.find(name), undefined);
  t.same(await world.own.all(), []);
});

await t.test('a failed pull reports the registry’s message', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, credentials, engine } = world;
  const registry = await startRegistry(t, { locked: true });
  const { reference } = await registry.push('secret:1');
  const pull = async (name: string) => (await world.ended(await service.pull(system, name))).reason;

  t.match(await pull(reference), { code: 'REGISTRY_DENIED', message: /no basic auth credentials/ });
  const { username, password } = REGISTRY_USER;
  await credentials.set(system, { registry: registry.address, username, password: 'wrong' });
  t.match(await pull(reference), { code: 'REGISTRY_DENIED', message: /unauthorized/ });
  await credentials.set(system, { registry: registry.address, username, password });
  t.equal(await pull(reference), undefined);
  t.equal(await service.remove(system, reference), true);
  t.match(await pull(`${registry.address}/secret:2`), {
    code: 'IMAGE_NOT_FOUND',
    message: /manifest unknown/,
  });
  t.equal(await credentials.remove(system, registry.address), true);
  t.match(await pull(reference), { code: 'REGISTRY_DENIED' });
  await registry.stop();
  t.match(await pull(reference), { code: 'REGISTRY_UNREACHABLE', message: /connection refused/ });
  t.equal(await engine.find(reference), undefined);
});

await t.test('a name like those of local images is only requested from a registry in the name', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, engine } = world;
  for (const [name, message] of [
    ['berth/lab-none-such', /built on this engine and never pulled; "berth up"/],
    ['docker.io/berth/saved:none-such', /reset the lab/],
  ] as const) {
    const { reason } = await world.ended(await service.pull(system, name));
    t.match(reason, { code: 'IMAGE_NOT_FOUND', message });
  }
  const registry = await startRegistry(t);
  const { reference } = await registry.push('berth/tools:1');
  t.teardown(() => engine.remove(reference));
  t.match(await world.ended(await service.pull(system, reference)), { state: 'succeeded' });
});

await t.test("another owner's name stays theirs", async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, engine, own } = world;
  const registry = await startRegistry(t);
  const { reference } = await registry.push('tools:1');
  const elsewhere = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  await elsewhere.engine.pull(reference, { onLayers: () => undefined });
  t.teardown(() => engine.remove(reference));

  t.match(await world.ended(await service.pull(system, reference)), { state: 'succeeded' });
  t.same(await own.all(), []);
  await t.rejects(service.remove(system, reference), { code: 'IMAGE_NOT_OURS' });
  await world.ended(await service.prune(system));
  t.ok(await engine.find(reference));
});

await t.test('an invalid image name is rejected before a job is created', async (t) => {
  const { service, jobs } = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  for (const name of ['', 'A', 'a b', 'http://x/y', 'x:1:2', `a${'b'.repeat(600)}`]) {
    await t.rejects(service.pull(system, name), { code: 'INPUT_INVALID', message: /debian:trixie/ });
  }
  t.same((await jobs.list(system, {}, { first: 10 })).items, []);
});
