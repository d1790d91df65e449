/**
 * Runs beside a test of labs, which holds the other end of its standard input: when that closes before this
 * process is ended, the test was killed, and what it has on the engine is removed. Argument: its process id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEngine } from '../../engine/docker/connection.ts';
import { createDockerEngine } from '../../engine/docker/docker-engine.ts';
import { removeEnvironmentsOf } from '../../domains/lab-tests/leftovers.ts';
import { isOfProcess, LAB_TESTS_INSTALLATION } from '../../domains/lab-tests/environment-ids.ts';
import { removeTestRegistries } from './lab-tests-registry.ts';

/** Looks at the engine, and the pause between two, in milliseconds: it may be making what was asked for last. */
const LOOKS = 5;
const PAUSE_MS = 2_000;

for await (const _ of process.stdin);

const pid = Number(process.argv[2]);
const host = process.env['DOCKER_HOST'];
const { docker, close } = connectEngine(host, process.env);
const engine = createDockerEngine({
  host,
  installation: LAB_TESTS_INSTALLATION,
});
for (let look = 1; look <= LOOKS; look++) {
  await removeEnvironmentsOf(engine, pid);
  await removeTestRegistries(docker, (id) => isOfProcess(id, pid));
  await sleep(PAUSE_MS);
}
close();
await engine.close();
