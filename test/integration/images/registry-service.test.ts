import t from 'tap';
import { systemClock } from '../../../src/clock.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { readInstallation } from '../../../src/database/installation.ts';
import { connectEngine } from '../../../src/engine/docker/connection.ts';
import { createDockerRegistry } from '../../../src/engine/docker/registry.ts';
import { keepRegistry } from '../../../src/images/registry-upkeep.ts';
import { startBerth } from '../../support/berth-process.ts';
import type { BerthProcess } from '../../support/berth-process.ts';
import { ensureRegistryImage } from '../../support/local-registry.ts';
import { markImage, openImages } from '../../support/pins.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { startRegistry } from '../../support/registry.ts';
import { until } from '../../support/until.ts';

/** Building the image may take a while on a machine that never did. */
t.setTimeout(300_000);

interface Listed {
  localRegistry: { address: string; images: { name: string; tags: string[] }[] };
}
const LIST = '{ localRegistry { address images { name tags } } }';

/** What the registry holds, once it answers. */
async function listed(berth: BerthProcess) {
  let answer: Listed | undefined;
  await until(async () => {
    answer = await berth.graphql<Listed>(LIST).catch((error: Error) => {
      if (/local registry/.test(error.message)) return undefined;
      throw error;
    });
    return answer !== undefined;
  });
  return answer?.localRegistry;
}

/** Mirrors an image and answers how its job ended. */
async function mirror(berth: BerthProcess, input: string) {
  const { mirrorImage } = await berth.graphql<{ mirrorImage: { job: { id: string } } }>(
    `mutation { mirrorImage(input: { ${input} }) { job { id } } }`,
  );
  const query = `{ node(id: "${mirrorImage.job.id}") { ... on Job { kind state progress { percent } reason { code } log } } }`;
  let job: Record<string, unknown> = {};
  await until(async () => {
    job = (await berth.graphql<{ node: typeof job }>(query)).node;
    return job['state'] !== 'QUEUED' && job['state'] !== 'RUNNING';
  });
  return job;
}

await t.test('a service runs the registry that it is told to, and an admin fills it', async (t) => {
  await ensureRegistryImage(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const berth = await startBerth(t, { BERTH_REGISTRY: 'auto' });
  const database = await openDatabase({ url: `file:${berth.dataDir}/berth.db` });
  const installation = await readInstallation(database);
  await database.close();
  const filters = { label: [`berth.installation=${installation}`, 'berth.role=registry'] };
  const containers = () => docker.listContainers({ all: true, filters });
  t.teardown(async () => {
    for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true });
    for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
    const { Volumes } = await docker.listVolumes({ filters });
    for (const { Name } of Volumes) await docker.getVolume(Name).remove();
    close();
  });
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
  const off = { registry, wanted: false, clock: systemClock, log: quietLog() };
  await keepRegistry(off, new AbortController().signal);
  t.strictSame(await containers(), [], 'a service that is told to have none removes it');
  t.equal((await docker.listVolumes({ filters })).Volumes.length, 2, 'and keeps what it held');
});
