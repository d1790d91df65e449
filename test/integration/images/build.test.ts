import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack as createPack } from 'tar-stream';
import t from 'tap';
import { fault } from '../../../src/core/errors.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { buildSpec, ownName } from '../../kit/engine/engine-images.ts';
import { MACHINE_IMAGE } from '../../kit/engine/engines.ts';
import { createImageWorld } from '../../kit/service/image-world.ts';
import { until } from '../../kit/basics/until.ts';

/** A tar with this Dockerfile. */
function tarOf(dockerfile: string): Readable {
  const pack = createPack();
  pack.entry({ name: 'Dockerfile' }, dockerfile);
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}

const mark = () => `LABEL mark=${randomBytes(8).toString('hex')}\n`;

await t.test('an upload is built step by step under its name', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, jobs, engine, own } = world;
  const name = ownName(t, engine);
  const tar = tarOf(`FROM ${MACHINE_IMAGE}\n${mark()}RUN echo said && sleep 2\n`);
  const started = await service.buildUpload(system, { name, tar });
  t.match(started, { kind: 'build', subject: name });
  t.equal(tar.readableEnded, true, 'it answers after reading everything');
  await until(async () => (await jobs.get(system, started.id)).progress.step?.number === 3);
  t.match((await jobs.get(system, started.id)).progress, { step: { number: 3, of: 3 }, percent: 66 });
  const job = await world.ended(started);
  t.match(job, { state: 'succeeded', progress: { percent: 100 } });
  t.match(await jobs.log(system, job.id), /^Step 1\/3 : FROM [^]*\nsaid\n[^]*Successfully built/);
  const first = (await engine.find(name))?.id ?? '';
  t.equal(job.progress.imageId, first);
  t.match(await service.get(system, first), { names: [name], origin: 'built', prunable: true });

  await world.ended(await service.buildUpload(system, { name, tar: tarOf(`FROM scratch\n${mark()}`) }));
  t.not((await engine.find(name))?.id, first, 'a second build replaces its own name');
  t.match(await service.get(system, first), { names: [], origin: 'built', prunable: true });
  const pruned = await world.ended(await service.prune(system));
  t.match(pruned.progress, { removed: [String, String], removedBytes: Number });
  t.equal(await engine.find(first), undefined);
  t.same(await own.all(), []);
});

await t.test('a failing build reports the step, and its leftovers are pruned', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, jobs, engine, own } = world;
  const name = ownName(t, engine);
  const failing = `FROM ${MACHINE_IMAGE}\n${mark()}RUN echo oh no >&2 && exit 7\n`;
  const job = await world.ended(await service.buildUpload(system, { name, tar: tarOf(failing) }));
  t.match(job, {
    state: 'failed',
    reason: { code: 'IMAGE_BUILD_FAILED', message: /Step 3\/3 : RUN [^]*oh no[^]*non-zero code: 7/ },
  });
  t.match(await jobs.log(system, job.id), /oh no/);
  const [left] = await own.all();
  t.equal(left?.name, left?.imageId);
  t.ok(await engine.find(left?.name ?? ''));
  await world.ended(await service.prune(system));
  t.equal(await engine.find(left?.name ?? ''), undefined);

  for (const [dockerfile, words] of [
    ['PLEASE work\n', /unknown instruction: PLEASE/],
    ['', /Dockerfile.*empty/],
  ] as const) {
    const refused = await world.ended(await service.buildUpload(system, { name, tar: tarOf(dockerfile) }));
    t.match(refused.reason, { code: 'IMAGE_BUILD_FAILED', message: words });
  }
  const invalid = await world.ended(
    await service.buildUpload(system, { name, tar: Readable.from([Buffer.from('this is not a tar')]) }),
  );
  t.equal(invalid.state, 'failed');
  t.equal(await engine.find(name), undefined);
});

await t.test('an aborted upload fails the job, and its sender gets the reason', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, jobs, engine } = world;
  const name = ownName(t, engine);
  const tar = new Readable({ read() {} });
  tar.push(Buffer.alloc(1024));
  const build = service.buildUpload(system, { name, tar });
  setTimeout(() => tar.destroy(fault('BODY_TOO_LARGE', { limit: 5 })), 300);
  await t.rejects(build, { code: 'BODY_TOO_LARGE' });
  const { items } = await jobs.list(system, {}, { first: 5 });
  t.equal(items.length, 1);
  t.match(await world.ended(items[0]!.node), { state: 'failed', reason: { code: 'BODY_TOO_LARGE' } });
});

await t.test('a build can be cancelled during its upload and its steps', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, jobs, engine } = world;
  const name = ownName(t, engine);
  const newest = async () => (await jobs.list(system, {}, { first: 1 })).items[0]?.node;
  const endless = new Readable({ read() {} });
  endless.push(Buffer.alloc(1024));
  const upload = service.buildUpload(system, { name, tar: endless });
  await until(async () => (await newest())?.state === 'running');
  await jobs.cancel(system, (await newest())?.id ?? '');
  t.equal((await upload).state, 'cancelled', 'the uploader gets the job in its current state');
  t.equal(endless.destroyed, true);

  const slow = tarOf(`FROM ${MACHINE_IMAGE}\n${mark()}RUN echo started && sleep 1000\n`);
  const job = await service.buildUpload(system, { name, tar: slow });
  await until(async () => (await jobs.log(system, job.id)).includes('\nstarted\n'));
  await t.rejects(service.buildUpload(system, { name, tar: tarOf('FROM scratch\n') }), { code: 'JOB_BUSY' });
  await jobs.cancel(system, job.id);
  t.match(await world.ended(job), { state: 'cancelled' });
  t.equal(await engine.find(name), undefined);
  await until(async () => {
    await world.ended(await service.prune(system));
    return (await world.own.all()).length === 0;
  });
});

await t.test("another owner's name, or an invalid one, is rejected", async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, engine } = world;
  const name = ownName(t, engine);
  const foreign = await engine.build(buildSpec(`FROM scratch\n${mark()}`));
  await engine.tag(foreign, name);
  const build = (as: string) => service.buildUpload(system, { name: as, tar: tarOf('FROM scratch\n') });
  await t.rejects(build(name), { code: 'IMAGE_NOT_OURS' });
  for (const wrong of ['', 'A B', 'berth/lab-linux', `x@sha256:${'a'.repeat(64)}`]) {
    await t.rejects(build(wrong), { code: 'INPUT_INVALID' }, wrong);
  }
  t.equal((await engine.find(name))?.id, foreign);
});

await t.test('a folder under images/ is built and tested as in setup', async (t) => {
  const folder = `test-${randomBytes(6).toString('hex')}`;
  const dockerfile = `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo hello > /hello\n${mark()}`;
  const imagesFolder = t.testdir({
    [folder]: { Dockerfile: dockerfile, 'smoke-test.sh': '#!/bin/sh\ntest "$(cat /hello)" = hello\n' },
    bad: { Dockerfile: 'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN exit 9\n' },
    notes: { 'README.md': '' },
  });
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'), { imagesFolder });
  const { service, jobs, engine } = world;
  const image = `berth/lab-${folder}:latest`;
  t.teardown(async () => {
    for (const name of await engine.listNames(`berth/lab-${folder}`)) await engine.remove(name);
  });
  t.strictSame(await service.folders(system), [
    { name: 'bad', image: 'berth/lab-bad:latest' },
    { name: folder, image },
  ]);
  const job = await world.ended(await service.buildFolder(system, folder));
  t.match(job, { kind: 'build', subject: image, state: 'succeeded' });
  t.match(await jobs.log(system, job.id), /^Step 1\/6 [^]*\ntrying it\n[^]*: built\n$/);
  const built = await engine.find(image);
  t.match(await service.get(system, built?.id ?? ''), { origin: 'set_up', prunable: false });
  await t.rejects(service.remove(system, image), { code: 'IMAGE_NOT_OURS' });

  const failed = await world.ended(await service.buildFolder(system, 'bad'));
  t.match(failed.reason, { code: 'IMAGE_BUILD_FAILED', message: /non-zero code: 9/ });
  for (const wrong of ['notes', 'absent', '..', `../${folder}`, `${folder}/.`, '']) {
    await t.rejects(service.buildFolder(system, wrong), { code: 'NOT_FOUND' }, wrong);
  }
});
