/**
 * Runs next to a lab test, which owns the other end of this process's standard input. If the input closes while
 * this process is running, the test was killed, and this process removes its environments from the engine.
 * Argument: the process id of the test.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEngine } from '../../engine/docker/client.ts';
import { createDockerEngine } from '../../engine/docker/docker-engine.ts';
import {
  removeEnvironmentsOf,
  isOfProcess,
  LAB_TESTS_INSTALLATION,
} from '../../domains/lab-tests/environment-ids.ts';
import { removeTestRegistries } from './lab-tests-registry.ts';

/** Number of cleanups, and the pause between two in milliseconds: the engine may still be creating the last machines. */
const CLEANUPS = 5;
const PAUSE_MS = 2_000;

for await (const _ of process.stdin);

const pid = Number(process.argv[2]);
const host = process.env['DOCKER_HOST'];
const { docker, close } = connectEngine(host, process.env);
const engine = createDockerEngine({
  host,
  installation: LAB_TESTS_INSTALLATION,
});
for (let cleanup = 1; cleanup <= CLEANUPS; cleanup++) {
  await removeEnvironmentsOf(engine, pid);
  await removeTestRegistries(docker, (id) => isOfProcess(id, pid));
  await sleep(PAUSE_MS);
}
close();
await engine.close();
