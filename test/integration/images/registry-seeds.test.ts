import t from 'tap';
import { seedRegistry } from '../../../src/domains/images/registry/registry-seeds.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { retryUntilAnswered } from '../../../src/domains/images/registry/registry-maintenance.ts';
import { buildSpec, openImages, ownName } from '../../kit/engine/engine-images.ts';
import { openLocalRegistry } from '../../kit/engine/local-registry.ts';

/** The first build of the image takes a while. */
t.setTimeout(300_000);

const { signal } = new AbortController();

await t.test('a registry has its seeds from the start', async (t) => {
  const { registry } = await openLocalRegistry(t);
  const engine = openImages(t);
  const made = ownName(t, engine);
  const make = async (content: string) => {
    const id = await engine.build(
      buildSpec(`FROM scratch\nLABEL content=${content}\nENV A=b\nCMD ["${content}"]`),
    );
    await engine.tag(id, made);
    return id.slice('sha256:'.length, 'sha256:'.length + 12);
  };
  const seeds = [{ name: 'library/greeter', made }];
  const seed = () => seedRegistry({ registry, engine, seeds }, signal);
  const held = async () => (await registry.list()).map(({ name, tags }) => [name, tags.toSorted()]);
  await registry.ensure();

  await retryUntilAnswered(seed, systemClock, signal);
  t.same(await held(), [], 'a missing image is left out');

  const first = await make('one');
  await seed();
  await seed();
  t.same(await held(), [['library/greeter', [`berth-${first}`, 'latest']]]);

  const second = await make('two');
  await seed();
  t.same(
    await held(),
    [['library/greeter', [`berth-${second}`, 'latest']]],
    'pushed again after it was recreated',
  );

  const push = (tag: string) =>
    registry.push(made, { name: 'library/greeter', tag }, { onLayers: () => undefined });
  const digests = (...tags: string[]) =>
    Promise.all(tags.map((tag) => registry.digest('library/greeter', tag)));
  await make('theirs');
  await push('latest');
  const [theirs] = await digests('latest');
  await make('three');
  await seed();
  t.same(await held(), [['library/greeter', [`berth-${second}`, 'latest']]]);
  t.same(await digests('latest'), [theirs], "an admin's replacement stays");

  await registry.delete('library/greeter', 'latest');
  const third = await make('three');
  await seed();
  t.same(
    await held(),
    [['library/greeter', [`berth-${third}`, 'latest']]],
    'a seed that an admin removed returns',
  );
  const [ours, mark] = await digests('latest', `berth-${third}`);
  t.ok(ours !== undefined && ours === mark && ours !== theirs);

  await registry.delete('library/greeter', 'latest');
  await push(`berth-${third}`);
  await seed();
  t.same(
    await held(),
    [['library/greeter', [`berth-${third}`, 'latest']]],
    'an interrupted seed is completed',
  );

  await registry.delete('library/greeter', 'latest');
  await push('latest');
  await make('four');
  await seed();
  t.same(await held(), [['library/greeter', ['latest']]], 'an admin’s own image stays');
});

await t.test('an image of a public registry is preferred to its stand-in', async (t) => {
  const { registry } = await openLocalRegistry(t);
  const engine = openImages(t);
  const [upstream, made] = [ownName(t, engine), ownName(t, engine)];
  await engine.tag(await engine.build(buildSpec('FROM scratch\nCMD ["made"]')), made);
  const seeds = [{ name: 'library/greeter', upstream, made }];
  const seed = () => seedRegistry({ registry, engine, seeds }, signal);
  const marks = async () =>
    (await registry.list()).flatMap(({ tags }) => tags.filter((tag) => tag !== 'latest'));
  const markOf = async (image: string) => `berth-${(await engine.find(image))?.id.slice(7, 19)}`;
  await registry.ensure();
  await retryUntilAnswered(seed, systemClock, signal);
  t.same(await marks(), [await markOf(made)]);

  await engine.tag(await engine.build(buildSpec('FROM scratch\nCMD ["real"]')), upstream);
  await seed();
  t.same(await marks(), [await markOf(upstream)]);
});
