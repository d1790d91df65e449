import t from 'tap';
import { fileOf, openRegistryCache, ROOT } from '../../kit/engine/registry-cache.ts';
import { until } from '../../kit/basics/until.ts';

/** Building the image takes a while on a machine without it. */
t.setTimeout(300_000);

const MIB = 1024 * 1024;

await t.test('a registry’s cache of another one stays within its limit', async (t) => {
  const { registry, reader, ask, inside, isKept, put, cutOff } = await openRegistryCache(t);
  const names = ['first', 'second', 'third'];
  const layers = new Map<string, string>();
  const read = (name: string) => ask(`library/${name}/blobs/${layerOf(name)}`, '-o', '/dev/null');
  const layerOf = (name: string) => layers.get(name) ?? '';
  for (const [index, name] of names.entries()) {
    layers.set(name, await put(`${name}:1`, 2 * MIB));
    t.match(await read(name), /\n200$/);
    await until(() => isKept(layerOf(name)));
    await inside('touch', '-d', `2030-01-0${index + 1}`, fileOf(layerOf(name)));
  }
  const used = async () =>
    Number((await inside('du', '-s', '-B1', '/var/lib/berth-registry')).split('\t')[0]);
  const whole = await used();
  t.ok(whole > 6 * MIB);
  const untouched = await registry.trim(7 * MIB);
  t.ok(untouched.before >= whole && untouched.now === untouched.before, 'below the limit nothing is removed');

  // Read later than it was downloaded: learners use that one.
  await inside('touch', '-a', '-d', '2030-01-09', fileOf(layerOf('first')));
  const { before, now } = await registry.trim(5.5 * MIB);
  t.ok(before >= whole);
  t.ok(now < 5.5 * MIB);
  t.same(
    await Promise.all(names.map(layerOf).map(isKept)),
    [true, false, true],
    'the least recently used image is removed',
  );
  const links = await inside('find', `${ROOT}/repositories/library/second/_layers`, '-name', 'link');
  t.notMatch(links, layerOf('second').slice(7), 'with what leads there');

  t.match(await ask('library/second/manifests/1'), /\n200$/);
  t.match(await read('second'), /\n200$/, 'it is downloaded again');
  await until(() => isKept(layerOf('second')));
  await cutOff();
  t.match(await read('third'), /\n200$/, 'the others come from the cache');
  t.match(await read('second'), /\n200$/);

  const started = async () => (await reader.inspect()).State.StartedAt;
  const since = await started();
  const upload = `${ROOT}/repositories/library/x/_uploads/1`;
  const fetching = (bytes: number, at: string) =>
    inside(
      'sh',
      '-c',
      `mkdir -p ${upload}; head -c ${bytes} /dev/zero >${upload}/data; touch -d '${at}' ${upload}/data`,
    );
  await fetching(100, '11 minutes ago');
  await registry.trim(20 * MIB);
  t.equal(await inside('find', upload), '', 'an incomplete download of a crash is removed');
  await fetching(3 * MIB, 'now');
  await registry.trim(20 * MIB);
  t.match(await inside('find', upload), 'data', 'a running download stays');
  t.equal(await started(), since);
  const cut = await registry.trim(2 * MIB);
  t.ok(cut.now <= 2 * MIB, 'unless it alone is too large');
  t.not(await started(), since, 'then the registry aborts it');
});
