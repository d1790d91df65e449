import { createDockerEngine } from '../../src/engine/docker/docker-engine.ts';
import { openDatabase } from '../../src/database/database.ts';
import { readInstallation } from '../../src/database/installation.ts';
import type { BerthProcess } from './berth-process.ts';

/** Ids of the environments that a service has anything of on the engine: containers, networks. Works while the service is down. */
export async function onEngine(berth: BerthProcess, host = process.env['DOCKER_HOST']): Promise<string[]> {
  const database = await openDatabase({ url: `file:${berth.dataDir}/berth.db` });
  const installation = await readInstallation(database);
  await database.close();
  const engine = createDockerEngine({ installation, host });
  const environments = await engine.list();
  await engine.close();
  return environments.map((environment) => environment.environmentId);
}
