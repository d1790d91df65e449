import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import { openDatabase, readInstallation } from '../../../src/infra/database/database.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { BerthProcess } from '../service/berth-process.ts';

/**
 * Ids of the environments whose containers or networks a service has on the engine. Works while the service is down.
 */
export async function onEngine(berth: BerthProcess, host = process.env['DOCKER_HOST']): Promise<string[]> {
  const environments = await asService(berth, host, (engine) => engine.list());
  return environments.map((environment) => environment.environmentId);
}

/** Names of the images that a service saved. */
export async function imagesOnEngine(
  berth: BerthProcess,
  host = process.env['DOCKER_HOST'],
): Promise<string[]> {
  const images = await asService(berth, host, (engine) => engine.listImages());
  return images.flatMap(({ id, names }) => (names.length === 0 ? [id] : names));
}

async function asService<T>(
  berth: BerthProcess,
  host: string | undefined,
  ask: (engine: Engine) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({ url: `file:${berth.dataDir}/berth.db` });
  const installation = await readInstallation(database);
  await database.close();
  const engine = createDockerEngine({ installation, host });
  try {
    return await ask(engine);
  } finally {
    await engine.close();
  }
}
