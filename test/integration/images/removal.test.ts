import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { Test } from 'tap';
import { system } from '../../../src/domains/identity/actor.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { buildSpec, ownName } from '../../kit/engine/engine-images.ts';
import { dockerHarness, MACHINE_IMAGE, provisionMachine } from '../../kit/engine/engines.ts';
import { createImageWorld } from '../../kit/service/image-world.ts';
import type { ImageWorld } from '../../kit/service/image-world.ts';
import { until } from '../../kit/basics/until.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** An image on the engine under its own name, managed if `own` is set. */
async function putImage(t: Test, { engine, own }: ImageWorld, { ours = true, from = 'scratch' } = {}) {
  const name = ownName(t, engine);
  const id = await engine.build(buildSpec(`FROM ${from}\nLABEL mark=${randomBytes(8).toString('hex')}\n`));
  await engine.tag(id, name);
  if (ours) await own.put({ name, imageId: id, origin: 'built' }, new Date());
  return { id, name };
}

await t.test('a prune removes managed, unused images and nothing else', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, engine, own, labs, pinned, jobs } = world;
  const unused = await putImage(t, world);
  const parent = await putImage(t, world, { from: MACHINE_IMAGE });
  const child = await putImage(t, world, { from: parent.name });
  const foreign = await putImage(t, world, { ours: false });
  const named = await putImage(t, world);
  const held = await putImage(t, world);
  const running = await putImage(t, world, { from: MACHINE_IMAGE });
  const shared = await putImage(t, world);
  const second = ownName(t, engine);
  await engine.tag(shared.id, second);
  const moved = await putImage(t, world);
  await engine.tag(foreign.id, moved.name);
  labs.push({ slug: 'a-lab', images: [named.name] });
  pinned.add(held.id);
  // Opened last, so that its machines are removed before their images.
  const { engine: machines } = dockerHarness(t);
  await provisionMachine(machines, { image: running.name });
  const before = (await engine.list()).map(({ id }) => id);

  const job = await world.ended(await service.prune(system));
  t.equal(job.state, 'succeeded');
  t.same(new Set(job.progress.removed), new Set([unused.name, child.name, parent.name, shared.name]));
  t.match(await jobs.log(system, job.id), new RegExp(`Removed ${unused.name}`));
  const after = new Set((await engine.list()).map(({ id }) => id));
  const gone = new Set(before.filter((id) => !after.has(id)));
  for (const { id } of [unused, parent, child]) t.ok(gone.has(id));
  for (const { id } of [foreign, named, held, running, shared, moved]) t.notOk(gone.has(id));
  t.equal((await engine.find(second))?.id, shared.id, "another owner's name of it stays");
  t.equal((await engine.find(moved.name))?.id, foreign.id, 'a name that another took belongs to them');
  const left = new Set((await own.all()).map(({ name }) => name));
  for (const { name } of [named, held, running]) t.ok(left.has(name));
  await engine.remove(moved.id);

  const listed = async (id: string) => service.get(system, id);
  t.match(await listed(named.id), { labs: ['a-lab'], prunable: false, origin: 'built' });
  t.match(await listed(held.id), { pinnedBy: ['pinning-lab'], prunable: false });
  t.match(await listed(running.id), { foreignContainers: 1, machines: 0, prunable: false });
  t.match(await listed(foreign.id), { origin: 'foreign', prunable: false });
  for (const { name, words } of [
    { name: named.name, words: /labs name it \(a-lab\)/ },
    { name: held.name, words: /versions of labs are pinned to it \(pinning-lab\)/ },
    { name: running.name, words: /1 containers of others/ },
  ]) {
    await t.rejects(service.remove(system, name), { code: 'IMAGE_IN_USE', message: words });
  }
  await t.rejects(service.remove(system, foreign.name), { code: 'IMAGE_NOT_OURS' });
  await t.rejects(service.remove(system, MACHINE_IMAGE), { code: 'IMAGE_NOT_OURS' });
  labs.length = 0;
  t.equal(await service.remove(system, named.name), true);
  t.equal(await service.remove(system, named.name), false);
  t.equal(await engine.find(named.id), undefined);
});

await t.test(
  'with an age limit, managed images unused for that long are removed, and nothing else',
  async (t) => {
    const clock = createFakeClock();
    const database = await freshDatabase(t, 'sqlite');
    const world = await createImageWorld(t, database, { clock, imageDays: 30 });
    const { engine, own, labs, pinned } = world;
    const images = {
      unused: await putImage(t, world),
      foreign: await putImage(t, world, { ours: false }),
      held: await putImage(t, world),
      named: await putImage(t, world),
    };
    labs.push({ slug: 'a-lab', images: [images.named.name] });
    pinned.add(images.held.id);
    const noted = async () => {
      const rows = await database.client.ownImage.findMany({ where: { unusedSince: { not: null } } });
      return rows.map(({ name }) => name).toSorted();
    };
    const isThere = async ({ id }: { id: string }) => (await engine.find(id)) !== undefined;
    world.start();
    await until(async () => String(await noted()) === images.unused.name);

    // Unused from now on, so too recent when the first one is removed.
    labs.length = 0;
    clock.jump(29 * DAY_MS);
    const both = [images.unused.name, images.named.name].toSorted();
    await until(async () => String(await noted()) === String(both));
    t.ok(await isThere(images.unused));
    clock.jump(DAY_MS);
    await until(async () => !(await isThere(images.unused)));
    await until(async () => !(await own.all()).some(({ name }) => name === images.unused.name));
    for (const name of ['foreign', 'held', 'named'] as const) t.ok(await isThere(images[name]), name);

    // Used again, its age restarts.
    labs.push({ slug: 'a-lab', images: [images.named.name] });
    clock.jump(HOUR_MS);
    await until(async () => (await noted()).length === 0);
    labs.length = 0;
    for (const ms of [HOUR_MS, 29 * DAY_MS, HOUR_MS]) {
      // A sweep records new images. It is over when the next one records the next image.
      const { name } = await putImage(t, world);
      clock.jump(ms);
      await until(async () => (await noted()).includes(name));
    }
    t.ok(await isThere(images.named));
  },
);

await t.test('pages of images continue where they ended', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service } = world;
  const all = [];
  let after: string | undefined;
  do {
    const { items, hasNextPage } = await service.list(system, { first: 2, after });
    t.ok(items.length <= 2);
    all.push(...items.map(({ node }) => node));
    after = hasNextPage ? items.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  t.equal(new Set(all.map(({ id }) => id)).size, all.length);
  t.ok(all.find(({ names }) => names.includes(MACHINE_IMAGE)));
  await t.rejects(service.list(system, { first: 0 }), { code: 'INPUT_INVALID' });
  await t.rejects(service.list(system, { first: 1, after: 'rubbish' }), { code: 'INPUT_INVALID' });
  await t.rejects(service.get(system, 'sha256:none'), { code: 'NOT_FOUND' });
});
