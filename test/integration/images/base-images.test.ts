import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { pack as createPack } from 'tar-stream';
import t from 'tap';
import { system } from '../../../src/domains/identity/actor.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { openImages, ownName } from '../../kit/engine/engine-images.ts';
import { createImageWorld } from '../../kit/service/image-world.ts';
import { startRegistry } from '../../kit/engine/registry.ts';

/** A tar with this Dockerfile. */
function tarOf(dockerfile: string): Readable {
  const pack = createPack();
  pack.entry({ name: 'Dockerfile' }, dockerfile);
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}

await t.test('base images that a build fetches are managed, and earlier images are not', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, jobs, engine } = world;
  const registry = await startRegistry(t);
  const [foreign, tagged, named, unused] = [
    (await registry.push('foreign:1')).reference,
    (await registry.push('tagged:1')).reference,
    await registry.push('named:1'),
    (await registry.push('unused:1')).reference,
  ];
  const digest = `${registry.address}/named@${named.digest}`;
  for (const each of [foreign, tagged, digest, unused]) t.teardown(() => engine.remove(each));
  // As an admin would with the engine's own tools.
  await engine.findOrPull(foreign, { onPercent: () => undefined });
  await world.own.forget([foreign]);

  const name = ownName(t, engine);
  const mark = `LABEL mark=${randomBytes(8).toString('hex')}`;
  const dockerfile = `ARG BASE=${tagged}
FROM ${foreign} AS one
FROM ${digest} AS two
FROM \${BASE}
COPY --from=one /layer-0 /one
COPY --from=two /layer-0 /two
${mark}
`;
  const job = await world.ended(await service.buildUpload(system, { name, tar: tarOf(dockerfile) }));
  t.equal(job.state, 'succeeded', await jobs.log(system, job.id));
  const originOf = async (image: string) =>
    (await service.get(system, (await engine.find(image))?.id ?? '')).origin;
  t.equal(await originOf(tagged), 'pulled');
  t.equal(await originOf(digest), 'pulled');
  t.equal(await originOf(foreign), 'foreign');

  const failing = `FROM ${unused}\n${mark}\nCOPY none /\n`;
  const failed = await world.ended(
    await service.buildUpload(system, { name: ownName(t, engine), tar: tarOf(failing) }),
  );
  t.equal(failed.state, 'failed');
  t.equal(await originOf(unused), 'pulled', 'even if the build fails');

  await service.remove(system, name);
  await world.ended(await service.prune(system));
  t.ok(await engine.find(foreign), 'images of others stay');
  for (const ours of [tagged, digest, unused]) t.equal(await engine.find(ours), undefined, ours);
  t.same(await world.own.all(), []);
});

await t.test('a name that others gave stays theirs, even if a build fetches it', async (t) => {
  const world = await createImageWorld(t, await freshDatabase(t, 'sqlite'));
  const { service, jobs, engine } = world;
  const { docker } = openImages(t);
  const { reference } = await (await startRegistry(t)).push('tools:1');
  t.teardown(() => engine.remove(reference));
  // For another architecture, so the build requests its own from the registry.
  const [repo, tag] = [reference.replace(/:1$/, ''), '1'];
  const importing = await docker.importImage(tarOf('any'), { repo, tag, platform: 'linux/arm64' });
  await finished(importing.resume());
  const before = await engine.find(reference);
  t.ok(before);
  t.teardown(() => engine.remove(before?.id ?? ''));

  const tar = tarOf(`FROM --platform=linux/amd64 ${reference}\nLABEL mark=x\n`);
  const job = await world.ended(await service.buildUpload(system, { name: ownName(t, engine), tar }));
  t.equal(job.state, 'succeeded', await jobs.log(system, job.id));
  const after = await engine.find(reference);
  t.not(after?.id, before?.id, 'the build fetched another one');
  t.equal((await service.get(system, after?.id ?? '')).origin, 'foreign');
});
