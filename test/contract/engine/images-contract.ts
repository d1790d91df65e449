import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { pack as createPack } from 'tar-stream';
import { test } from 'tap';
import type { Test } from 'tap';
import type { EngineImages, PullLayer, RegistryLogin } from '../../../src/engine/engine-images.ts';
import { buildSpec, ownName } from '../../kit/engine/engine-images.ts';
import { MACHINE_IMAGE, provisionMachine } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';
import { REGISTRY_USER, startRegistry } from '../../kit/engine/registry.ts';
import { openSlowProxy } from '../../kit/proxy/slow-proxy.ts';
import { until } from '../../kit/basics/until.ts';

const MEBIBYTE = 1024 * 1024;

export interface ImagesOptions {
  installation?: string;
  credentialsFor?: (registry: string) => Promise<RegistryLogin | undefined>;
  allCredentials?: () => Promise<Record<string, RegistryLogin>>;
  onPulled?: (image: { name: string; id: string }) => Promise<void>;
}

/** Contract of every engine for images. */
export async function imagesContract(
  openImages: (t: Test, options?: ImagesOptions) => EngineImages,
  openEngine: (t: Test) => EngineHarness & { installation: string },
): Promise<void> {
  await test('a pull reports each layer, and the image that had the name before', async (t) => {
    const pulled: string[] = [];
    const images = openImages(t, { onPulled: async ({ name }) => void pulled.push(name) });
    const registry = await startRegistry(t);
    const proxy = await openSlowProxy(t, registry.port, 8 * MEBIBYTE);
    await registry.push('tools:1', [randomBytes(3 * MEBIBYTE), randomBytes(2 * MEBIBYTE)]);
    const reference = `127.0.0.1:${proxy.port}/tools:1`;
    t.teardown(() => images.remove(reference));

    const events: (readonly PullLayer[])[] = [];
    const first = await images.pull(reference, { onLayers: (layers) => events.push(layers) });
    t.equal(first.formerId, undefined);
    t.same(pulled, [reference]);
    t.equal((await images.find(reference))?.id, first.id);
    const last = events.at(-1) ?? [];
    t.same(
      last.map(({ phase }) => phase),
      ['done', 'done'],
    );
    t.ok(
      events
        .flat()
        .some(
          ({ phase, current, total }) => phase === 'downloading' && current > 0 && total && current < total,
        ),
      'bytes were reported during the download',
    );

    await registry.push('tools:1');
    const second = await images.pull(reference, { onLayers: () => undefined });
    t.equal(second.formerId, first.id);
    t.not(second.id, first.id);
    t.same(pulled, [reference], 'an existing name is not new');
    const listed = await images.list();
    t.match(
      listed.find(({ id }) => id === first.id),
      { names: [] },
      'the former image has lost its name',
    );
    t.match(
      listed.find(({ id }) => id === second.id),
      { names: [reference], role: undefined },
    );
    t.equal(await images.remove(first.id), 'removed');
  });

  await test('an aborted pull ends while its layer is being downloaded', async (t) => {
    const images = openImages(t);
    const registry = await startRegistry(t);
    // The complete download would take minutes.
    const proxy = await openSlowProxy(t, registry.port, MEBIBYTE / 8);
    await registry.push('large:1', [randomBytes(20 * MEBIBYTE)]);
    const reference = `127.0.0.1:${proxy.port}/large:1`;
    const abort = new AbortController();
    const reason = new Error('not wanted any more');
    const onLayers = (layers: readonly PullLayer[]) => {
      if (layers.some(({ current }) => current > 0)) abort.abort(reason);
    };
    await t.rejects(images.pull(reference, { signal: abort.signal, onLayers }), reason);
    t.equal(await images.find(reference), undefined, 'it did not wait for the rest');
  });

  await test('a registry with credentials gets the stored ones, and its denial is reported without them', async (t) => {
    const registry = await startRegistry(t, { locked: true });
    const { reference } = await registry.push('secret:1');
    const without = openImages(t);
    const onLayers = () => undefined;
    await t.rejects(without.pull(reference, { onLayers }), {
      code: 'REGISTRY_DENIED',
      details: { image: reference, problem: /no basic auth credentials/ },
    });
    const wrong = { ...REGISTRY_USER, password: 'guessed' };
    await t.rejects(openImages(t, { credentialsFor: async () => wrong }).pull(reference, { onLayers }), {
      code: 'REGISTRY_DENIED',
      details: { problem: /unauthorized/ },
    });
    const asked: string[] = [];
    const images = openImages(t, {
      credentialsFor: async (name) => (asked.push(name), REGISTRY_USER),
      allCredentials: async () => ({ [registry.address]: REGISTRY_USER, 'docker.io': wrong }),
    });
    const { id } = await images.pull(reference, { onLayers });
    t.same(asked, [registry.address]);
    t.ok(id);
    await images.remove(reference);

    const built = await images.build(buildSpec(`FROM ${reference}\nLABEL built=${Date.now()}\n`));
    t.teardown(() => images.remove(reference));
    t.teardown(() => images.remove(built));
    t.ok(built, 'a Dockerfile can use it too');
  });

  await test('a missing image and a missing registry are distinguished', async (t) => {
    const images = openImages(t);
    const registry = await startRegistry(t);
    const onLayers = () => undefined;
    await registry.push('tools:1');
    for (const image of [`${registry.address}/tools:2`, `${registry.address}/nothing:1`]) {
      await t.rejects(images.pull(image, { onLayers }), {
        code: 'IMAGE_NOT_FOUND',
        details: { image, problem: /manifest unknown|not found/ },
      });
    }
    await registry.stop();
    const image = `${registry.address}/tools:1`;
    await t.rejects(images.pull(image, { onLayers }), {
      code: 'REGISTRY_UNREACHABLE',
      details: { image, problem: /connection refused/ },
    });
  });

  await test('a registry that accepts connections and sends nothing times out', async (t) => {
    const images = openImages(t);
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    const image = `127.0.0.1:${port}/tools:1`;
    await t.rejects(images.pull(image, { onLayers: () => undefined }), {
      code: 'REGISTRY_UNREACHABLE',
      details: { image, problem: 'the registry does not answer' },
    });
    t.ok(sockets.size > 0, 'the engine sent its request, and would wait longer');
  });

  await test('a build reads a tar stream, plain or compressed', async (t) => {
    const images = openImages(t);
    for (const compress of [false, true]) {
      const lines: string[] = [];
      const pack = createPack();
      const source = Readable.from(pack, { objectMode: false });
      const context = compress ? source.pipe(createGzip()) : source;
      const name = ownName(t, images);
      const built = images.build(buildSpec('', { context, onOutput: (line) => lines.push(line) }));
      pack.entry({ name: 'Dockerfile' }, `FROM scratch\nCOPY data /data\nLABEL of=${name}\n`);
      await sleep(100);
      pack.entry({ name: 'data' }, randomBytes(1000));
      pack.finalize();
      const id = await built;
      await images.tag(id, name);
      t.equal((await images.find(name))?.id, id);
      t.match(lines[0], /^Step 1\/3 : FROM scratch/);
    }
  });

  await test('a build whose context fails reports the reason', async (t) => {
    const images = openImages(t);
    const problem = new Error('the sender went away');
    const context = new Readable({ read() {} });
    context.push(Buffer.alloc(100));
    setTimeout(() => context.destroy(problem), 100);
    await t.rejects(images.build(buildSpec('', { context })), { cause: problem });
  });

  await test('an aborted build stops its step, and reports its leftover image', async (t) => {
    const images = openImages(t);
    const abort = new AbortController();
    const reason = new Error('not wanted any more');
    const mark = randomBytes(6).toString('hex');
    const left: string[] = [];
    const spec = buildSpec(
      `FROM ${MACHINE_IMAGE}\nRUN echo ${mark} > /mark\nRUN echo running && sleep 4321\n`,
      {
        signal: abort.signal,
        onOutput: (line) =>
          void (line.includes('running') && !line.startsWith('Step') && abort.abort(reason)),
        onLeftover: async (id) => void left.push(id),
      },
    );
    await t.rejects(images.build(spec), reason);
    t.equal(left.length, 1);
    // The engine takes a moment to end the step's container, which uses the image.
    let removed: string | undefined;
    await until(async () => (removed = await images.remove(left[0] ?? '')) !== 'in-use');
    t.equal(removed, 'removed');
    await t.rejects(images.build(buildSpec('FROM scratch\n', { signal: AbortSignal.abort(reason) })), reason);
  });

  await test('the leftover of a failed build is reported, unless it belongs to somebody else', async (t) => {
    const images = openImages(t);
    const left: string[] = [];
    const onLeftover = async (id: string) => void left.push(id);
    const base = ownName(t, images);
    const fresh = `FROM ${MACHINE_IMAGE}\nLABEL mark=${randomBytes(6).toString('hex')}\n`;
    await images.tag(await images.build(buildSpec(fresh)), base);
    await t.rejects(images.build(buildSpec(`FROM ${base}\nCOPY absent /\n`, { onLeftover })), {
      code: 'IMAGE_BUILD_FAILED',
      message: /Step 2\/2 : COPY absent[^]*absent/,
    });
    t.same(left, [], 'its base image has a name');
    const mark = randomBytes(6).toString('hex');
    const failing = `FROM ${MACHINE_IMAGE}\nLABEL mark=${mark}\nRUN exit 3\n`;
    await t.rejects(images.build(buildSpec(failing, { onLeftover })), { code: 'IMAGE_BUILD_FAILED' });
    t.equal(left.length, 1);
    t.equal(await images.remove(left[0] ?? ''), 'removed');
  });

  await test('a list reports the owners of the containers that use an image', async (t) => {
    const { engine, installation } = openEngine(t);
    const images = openImages(t, { installation });
    const built = await images.build(
      buildSpec(`FROM ${MACHINE_IMAGE}\nLABEL mark=${randomBytes(6).toString('hex')}\n`),
    );
    const name = ownName(t, images);
    await images.tag(built, name);
    const ours = await provisionMachine(engine, { image: name });
    const other = openEngine(t);
    const theirs = await provisionMachine(other.engine, { image: name });
    const found = (await images.list()).find(({ id }) => id === built);
    t.match(found, { names: [name], machines: 1, foreignContainers: 1, role: undefined });
    t.ok(found && found.sizeBytes > 0 && Math.abs(Date.now() - found.createdAt.getTime()) < 600_000);
    t.equal(await images.remove(name), 'in-use');

    const tag = randomBytes(8).toString('hex');
    const saved = await engine.commit(ours.machineId, { repository: 'berth/saved', tag, labels: {} });
    const roleOf = async (image: string) => (await images.list()).find(({ id }) => id === image)?.role;
    t.equal(await roleOf(saved), 'saved-state');
    const named = { repository: name.replace(/:1$/, ''), tag: 'by-hand', labels: {} };
    const byHand = await engine.commit(ours.machineId, named);
    t.equal(await roleOf(byHand), undefined, 'an image that inherited its labels');
    await engine.removeImage(byHand);
    t.equal(
      (await openImages(t, { installation: other.installation }).list()).find(({ id }) => id === saved)?.role,
      undefined,
      'saved by another installation',
    );
    await engine.removeImage(saved);
    await engine.destroy(ours.environmentId);
    await other.engine.destroy(theirs.environmentId);
    t.equal(await images.remove(name), 'removed');
    t.equal(await images.remove(name), 'absent');

    const setUp = (await images.list()).find(({ names }) => names.includes(MACHINE_IMAGE));
    t.equal(setUp?.role, 'set-up');
  });

  await test('builds succeed while other images are removed', async (t) => {
    const images = openImages(t);
    const builder = async () => {
      for (let round = 0; round < 15; round++) {
        const unique = `LABEL unique=${randomBytes(8).toString('hex')}`;
        await images.remove(await images.build(buildSpec(`FROM scratch\n${unique}\n`)));
      }
    };
    await t.resolves(Promise.all(Array.from({ length: 6 }, builder)));
  });
}
