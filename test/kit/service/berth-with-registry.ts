import type { Test } from 'tap';
import { openDatabase, readInstallation } from '../../../src/infra/database/database.ts';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { SEEDS } from '../../../src/domains/images/registry/registry-seeds.ts';
import { startBerth } from './berth-process.ts';
import type { BerthProcess } from './berth-process.ts';
import { ensureRegistryImage } from '../engine/local-registry.ts';
import { until } from '../basics/until.ts';

interface Listed {
  localRegistry: { address: string; images: { name: string; tags: string[] }[] };
}

/** Starts a service with a local registry. Both are removed after the test, with the registry's content. */
export async function startBerthWithRegistry(t: Test, settings: Record<string, string> = {}) {
  await ensureRegistryImage(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const berth = await startBerth(t, { BERTH_REGISTRY: 'auto', ...settings });
  const database = await openDatabase({ url: `file:${berth.dataDir}/berth.db` });
  const installation = await readInstallation(database);
  await database.close();
  const filters = { label: [`berth.installation=${installation}`, 'berth.role=registry'] };
  const containers = () => docker.listContainers({ all: true, filters });
  t.teardown(close);
  return { berth, docker, installation, filters, containers };
}

/** The registry's content other than its seeds, once it answers. */
export async function listed(berth: BerthProcess) {
  let answer: Listed | undefined;
  await until(async () => {
    answer = await berth
      .graphql<Listed>('{ localRegistry { address images { name tags } } }')
      .catch((error: Error) => {
        if (/local registry/.test(error.message)) return undefined;
        throw error;
      });
    return answer !== undefined;
  });
  const seeds = new Set(SEEDS.map(({ name }) => name));
  const { address = '', images = [] } = answer?.localRegistry ?? {};
  return { address, images: images.filter(({ name }) => !seeds.has(name)) };
}

/** Starts to mirror an image. Returns the id of the job. */
export async function beginMirror(berth: BerthProcess, input: string): Promise<string> {
  const { mirrorImage } = await berth.graphql<{ mirrorImage: { job: { id: string } } }>(
    `mutation { mirrorImage(input: { ${input} }) { job { id } } }`,
  );
  return mirrorImage.job.id;
}

/** Mirrors an image and returns the result of its job. */
export async function mirror(berth: BerthProcess, input: string) {
  return endOf(berth, await beginMirror(berth, input));
}

/** Waits for a job to end and returns its result. */
export async function endOf(berth: BerthProcess, id: string) {
  const query = `{ node(id: "${id}") { ... on Job { kind state progress { percent } reason { code } log } } }`;
  let job: Record<string, unknown> = {};
  await until(async () => {
    job = (await berth.graphql<{ node: typeof job }>(query)).node;
    return job['state'] !== 'QUEUED' && job['state'] !== 'RUNNING';
  });
  return job;
}
