/**
 * Runs beside a test of labs, which holds the other end of its standard input: when that closes before this
 * process is ended, the test was killed, and what it has on the engine is removed. Argument: its process id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDockerEngine } from '../engine/docker/docker-engine.ts';
import { removeEnvironmentsOf } from '../lab-tests/leftovers.ts';
import { LAB_TESTS_INSTALLATION } from '../lab-tests/environment-ids.ts';

/** Looks at the engine, and the pause between two, in milliseconds: it may be making what was asked for last. */
const LOOKS = 5;
const PAUSE_MS = 2_000;

for await (const _ of process.stdin);

const engine = createDockerEngine({
  host: process.env['DOCKER_HOST'],
  installation: LAB_TESTS_INSTALLATION,
});
for (let look = 1; look <= LOOKS; look++) {
  await removeEnvironmentsOf(engine, Number(process.argv[2]));
  await sleep(PAUSE_MS);
}
await engine.close();
