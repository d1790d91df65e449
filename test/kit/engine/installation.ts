import { appendFileSync } from 'node:fs';
import type { Test } from 'tap';
import { readConfig } from '../../../src/config/config.ts';
import { openDatabase, readInstallation } from '../../../src/infra/database/database.ts';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { newId } from '../../../src/core/ids.ts';
import { remainsOf } from '../runner/machine/remains.ts';

/** A test's own installation. Everything it has on the engine is removed when the test ends. */
export function newInstallation(t: Test): string {
  const installation = `test-${newId()}`;
  noteInstallation(installation);
  t.teardown(() => clearInstallation(installation));
  return installation;
}

/** Records that a test has this installation, of which nothing may be left after all tests. */
function noteInstallation(installation: string): void {
  const file = process.env['BERTH_TEST_INSTALLATIONS'];
  if (file !== undefined) appendFileSync(file, `${installation} ${process.env['BERTH_TEST_FILE']}\n`);
}

/** Removes everything that the installation has on the engine. */
export async function clearInstallation(installation: string): Promise<void> {
  noteInstallation(installation);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  try {
    for (const { remove } of await remainsOf(docker, new Set([installation]))) await remove();
  } finally {
    close();
  }
}

/** Records the installation of a service with these settings, and returns it. */
export async function noteService(environment: NodeJS.ProcessEnv): Promise<string> {
  const database = await openDatabase({ url: readConfig(environment).databaseUrl });
  const installation = await readInstallation(database);
  await database.close();
  noteInstallation(installation);
  return installation;
}

/**
 * Removes everything that a service with these settings has on the engine, including unfinished work of a killed one.
 */
export async function clearService(environment: NodeJS.ProcessEnv): Promise<void> {
  await clearInstallation(await noteService(environment));
}
