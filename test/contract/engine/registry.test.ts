import { createServer } from 'node:net';
import { once } from 'node:events';
import t from 'tap';
import type Docker from 'dockerode';
import { markImage, openImages } from '../../kit/labs/pins.ts';
import { openRegistryCache } from '../../kit/engine/registry-cache.ts';
import { openLocalRegistry, whenHolding } from '../../kit/engine/local-registry.ts';
import { until } from '../../kit/basics/until.ts';

/** Building the image takes a while on a machine without it. */
t.setTimeout(300_000);

/** The installation's containers, by the end of their names. */
async function parts(docker: Docker, installation: string) {
  const filters = { label: [`berth.installation=${installation}`] };
  const there = await docker.listContainers({ all: true, filters });
  return there
    .map(({ Names, State, Id }) => ({ part: Names[0]?.split('-').at(-1), state: State, id: Id }))
    .toSorted((a, b) => ((a.part ?? '') < (b.part ?? '') ? -1 : 1));
}

await t.test('it runs once it is ensured, and an image is pushed, listed, pulled and removed', async (t) => {
  const { registry, docker, installation } = await openLocalRegistry(t);
  await Promise.all([registry.ensure(), registry.ensure()]);
  const made = await parts(docker, installation);
  t.match(made, [
    { part: 'reader', state: 'running' },
    { part: 'writer', state: 'running' },
  ]);
  await registry.ensure();
  t.strictSame(await parts(docker, installation), made, 'a second call changes nothing');

  const images = openImages(t);
  const name = `berth-test/${installation}:latest`;
  const id = await markImage(images, name, installation);
  t.teardown(() => images.remove(name));
  const progress: number[] = [];
  const onLayers = (layers: readonly unknown[]) => void progress.push(layers.length);
  await whenHolding(registry, 0);
  await registry.push(name, { name: 'library/tools', tag: '1' }, { onLayers });
  await registry.push(name, { name: 'library/tools', tag: 'latest' }, { onLayers });
  t.ok(progress.includes(1), 'progress is reported');
  t.strictSame(await registry.list(), [{ name: 'library/tools', tags: ['1', 'latest'] }]);

  const local = `${await registry.address()}/library/tools`;
  t.strictSame(await images.listNames(local), [], 'the name by which it was pushed is gone');
  const otherName = `berth-test/other-${installation}:latest`;
  const otherId = await markImage(images, otherName, `other-${installation}`);
  await images.tag(otherName, `${local}:kept`);
  await images.remove(otherName);
  await t.rejects(registry.push(name, { name: 'library/tools', tag: 'kept' }, { onLayers }), {
    code: 'IMAGE_NOT_OURS',
  });
  t.equal((await images.find(`${local}:kept`))?.id, otherId, 'another image keeps its only name');
  await images.remove(`${local}:kept`);
  await images.tag(name, `${local}:1`);
  await registry.push(name, { name: 'library/tools', tag: '1' }, { onLayers });
  t.equal((await images.find(`${local}:1`))?.id, id, 'a name that the image had before stays');
  await images.remove(`${local}:1`);

  await images.remove(name);
  await images.findOrPull(`${local}:1`, { onPercent: () => undefined });
  t.equal((await images.find(`${local}:1`))?.id, id, 'the same image is pulled');
  await images.remove(`${local}:1`);

  await registry.delete('library/tools', '1');
  t.strictSame(await registry.list(), [], 'the other tag of the same content is gone too');
  await t.rejects(registry.delete('library/tools', '1'), { code: 'NOT_FOUND' });
  await t.rejects(registry.delete('../../x?', '1'), { code: 'NOT_FOUND' });
  await t.rejects(registry.push('berth-test/none', { name: 'x', tag: '1' }, { onLayers }), {
    code: 'IMAGE_NOT_FOUND',
  });
});

await t.test('a missing, stopped or outdated registry is recreated with its images', async (t) => {
  const { registry, docker, installation, open } = await openLocalRegistry(t);
  await registry.ensure();
  const images = openImages(t);
  const name = `berth-test/${installation}:latest`;
  await markImage(images, name, installation);
  t.teardown(() => images.remove(name));
  await whenHolding(registry, 0);
  await registry.push(name, { name: 'tools', tag: '1' }, { onLayers: () => undefined });

  const [reader, writer] = await parts(docker, installation);
  await docker.getContainer(writer?.id ?? '').remove({ force: true, v: true });
  await docker.getContainer(reader?.id ?? '').stop({ t: 0 });
  await t.rejects(registry.list(), { code: 'LOCAL_REGISTRY_UNAVAILABLE' });
  await registry.ensure();
  const [sameReader, newWriter] = await parts(docker, installation);
  t.match([sameReader, newWriter], [{ id: reader?.id, state: 'running' }, { state: 'running' }]);
  t.not(newWriter?.id, writer?.id);
  // The removed writer had the first free port, which may be a different one now.
  const address = await registry.address();

  const other = `berth-test/registry-${installation}:latest`;
  await images.tag(await changed(images), other);
  t.teardown(() => images.remove(other));
  const upgraded = open({ image: other });
  await upgraded.ensure();
  const after = await parts(docker, installation);
  t.notMatch(after, [{ id: sameReader?.id }, { id: newWriter?.id }]);
  t.equal(await upgraded.address(), address, 'on the same port');
  await whenHolding(upgraded, 1);

  await upgraded.remove();
  t.strictSame(await parts(docker, installation), []);
  const { Volumes } = await docker.listVolumes({
    filters: { label: [`berth.installation=${installation}`] },
  });
  t.equal(Volumes.filter(({ Name }) => Name.endsWith('-images')).length, 1, 'its images stay');
  await t.rejects(upgraded.address(), { code: 'LOCAL_REGISTRY_UNAVAILABLE' });
  await registry.ensure();
  await whenHolding(registry, 1);

  async function changed(all: typeof images): Promise<string> {
    return all.build({
      name: other,
      context: [
        {
          path: 'Dockerfile',
          content: Buffer.from(`FROM berth/lab-registry:latest\nLABEL test=${installation}\n`),
          executable: false,
        },
      ],
      arguments: {},
      labels: {},
      onOutput: () => undefined,
    });
  }
});

await t.test('two registries, and a program on the default port, share the machine', async (t) => {
  const server = createServer();
  server.listen(5000, '127.0.0.1');
  // If another program already uses the port, that is enough.
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => t.equal(error.code, 'EADDRINUSE'));
  t.teardown(() => server.close());
  const one = await openLocalRegistry(t);
  const two = await openLocalRegistry(t);
  await Promise.all([one.registry.ensure(), two.registry.ensure()]);
  const addresses = [await one.registry.address(), await two.registry.address()];
  t.equal(new Set(addresses).size, 2);
  t.notOk(addresses.includes('127.0.0.1:5000'));
});

await t.test('another registry’s images are pulled and cached', async (t) => {
  const cache = await openRegistryCache(t);
  const { registry, docker, installation, ask, put, isKept, cutOff, upstreamHost } = cache;
  t.match(await parts(docker, installation), [{ part: 'reader' }], 'it has no writer');
  t.equal(await registry.address(), `${upstreamHost}:5000`);
  const layer = await put('tools:1', 1000);
  t.strictSame(
    await registry.list(),
    [{ name: 'library/tools', tags: ['1'] }],
    'the upstream registry itself is listed',
  );
  t.match(await ask('library/tools/blobs/uploads/', '-X', 'POST'), /UNSUPPORTED[^]*\n405$/);
  t.match(await ask(`library/tools/blobs/${layer}`, '-o', '/dev/null'), /\n200$/);
  await until(() => isKept(layer));
  await cutOff();
  t.match(await ask(`library/tools/blobs/${layer}`, '-o', '/dev/null'), /\n200$/, 'kept');
});

await t.test('it reports a missing image', async (t) => {
  const { open } = await openLocalRegistry(t);
  await t.rejects(open({ image: 'berth-test/none:latest' }).ensure(), {
    code: 'LOCAL_REGISTRY_UNAVAILABLE',
    message: /berth-test\/none.*berth up/,
  });
});
