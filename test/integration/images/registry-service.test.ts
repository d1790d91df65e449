import t from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { createDockerRegistry } from '../../../src/engine/docker/registry/registry.ts';
import { maintainRegistry } from '../../../src/domains/images/registry/registry-maintenance.ts';
import { listed, mirror, startBerthWithRegistry } from '../../kit/service/berth-with-registry.ts';
import { markImage, openImages } from '../../kit/labs/pins.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { startRegistry } from '../../kit/engine/registry.ts';

/** The first build of the image takes a while. */
t.setTimeout(300_000);

await t.test('a service runs the configured registry, and an admin fills it', async (t) => {
  const { berth, docker, installation, filters, containers } = await startBerthWithRegistry(t);
  t.match(await listed(berth), { address: /^127\.0\.0\.1:\d+$/, images: [] });

  const images = openImages(t);
  const name = `berth-test/${installation}:latest`;
  await markImage(images, name, installation);
  t.teardown(() => images.remove(name));
  const done = await mirror(berth, `image: "${name}", as: "tools:1"`);
  t.match(done, {
    kind: 'MIRROR',
    state: 'SUCCEEDED',
    progress: { percent: 100 },
    log: /library\/tools:1\n[^]*Labs can pull it/,
  });
  t.match(await listed(berth), { images: [{ name: 'library/tools', tags: ['1'] }] });

  const upstream = await startRegistry(t);
  const { reference } = await upstream.push('course/tool:2');
  t.teardown(() => images.remove(reference));
  t.match(await mirror(berth, `image: "${reference}"`), { state: 'SUCCEEDED' });
  const host = upstream.address.replace(':', '-');
  t.match((await listed(berth))?.images, [
    { name: `${host}/course/tool`, tags: ['2'] },
    { name: 'library/tools' },
  ]);
  t.match(await mirror(berth, 'image: "127.0.0.1:1/none:1"'), {
    state: 'FAILED',
    reason: { code: 'REGISTRY_UNREACHABLE' },
  });

  const remove = 'mutation { removeRegistryImage(input: { image: "tools:1" }) { removed } }';
  t.strictSame(await berth.graphql(remove), { removeRegistryImage: { removed: true } });
  t.strictSame(await berth.graphql(remove), { removeRegistryImage: { removed: false } });

  const before = (await containers()).map(({ Id }) => Id).toSorted();
  t.equal(before.length, 2);
  await berth.kill();
  await berth.start();
  t.match((await listed(berth))?.images, [{ name: `${host}/course/tool` }]);
  t.strictSame((await containers()).map(({ Id }) => Id).toSorted(), before, 'found again after a crash');

  await berth.stop();
  const registry = createDockerRegistry({ docker, installation, upstream: undefined });
  const seed = async () => {
    t.fail('without a registry, pushes are rejected');
  };
  const settings = { setting: 'off', cacheBytes: 0, seed };
  const off = { ...settings, registry, clock: systemClock, log: quietLog() };
  await maintainRegistry(off, new AbortController().signal);
  t.strictSame(await containers(), [], 'a service configured without one removes it');
  t.equal((await docker.listVolumes({ filters })).Volumes.length, 2, 'and keeps its content');
});
