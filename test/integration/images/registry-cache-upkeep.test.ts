import t from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { maintainRegistry } from '../../../src/domains/images/registry/registry-maintenance.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { openRegistryCache } from '../../kit/engine/registry-cache.ts';
import { until } from '../../kit/basics/until.ts';

/** The first build of the image takes a while. */
t.setTimeout(300_000);

const MIB = 1024 * 1024;

await t.test('a service keeps the cache of the local registry small', async (t) => {
  const { registry, ask, inside, put } = await openRegistryCache(t);
  const used = async () =>
    Number((await inside('du', '-s', '-B1', '/var/lib/berth-registry')).split('\t')[0]);
  for (const name of ['one', 'two']) {
    const layer = await put(`${name}:1`, 2 * MIB);
    t.match(await ask(`library/${name}/blobs/${layer}`, '-o', '/dev/null'), /\n200$/);
  }
  await until(async () => (await used()) > 4 * MIB);
  const log = quietLog();
  const stopping = new AbortController();
  const notSeeded = async () => {
    t.fail("another registry's content is not managed");
  };
  const kept = maintainRegistry(
    {
      registry,
      setting: 'http://a.registry',
      cacheBytes: 3 * MIB,
      seed: notSeeded,
      clock: systemClock,
      log,
    },
    stopping.signal,
  );
  await until(async () => (await used()) <= 3 * MIB);
  await until(() => log.lines.some(({ message }) => /trimmed the cache/.test(message)));
  stopping.abort();
  await kept;
});
