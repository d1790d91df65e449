import { randomBytes } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createCheckRunner } from '../../../src/checks/check-runner.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { EnvironmentSpec } from '../../../src/engine/engine.ts';
import type { Lab } from '../../../src/labs/lab.ts';
import { readLabs } from '../../../src/labs/read-labs.ts';
import { environmentSpec } from '../../../src/sessions/environment-spec.ts';
import { quietLog } from '../../support/quiet-log.ts';

const directory = join(import.meta.dirname, '../../../labs');
const { labs, problems } = await readLabs(directory);
const engine = createDockerEngine({ host: process.env['DOCKER_HOST'], installation: 'test-labs' });
t.teardown(() => engine.close());
const runner = createCheckRunner({ engine, logger: quietLog() });

t.same(problems, [], 'all labs are valid');

/** The lab's machines as a session has them, on networks that no session gets. */
function environmentOf(lab: Lab, environmentId: string): EnvironmentSpec {
  const subnets = lab.networks.map(({ name }): [string, string] => {
    const place = randomBytes(1).readUInt8() & 0xf0;
    return [name, `10.230.${randomBytes(1).readUInt8()}.${place}/28`];
  });
  return environmentSpec(lab, { environmentId, subnets: new Map(subnets) });
}

for (const lab of labs) {
  await t.test(`${lab.slug}: each check fails at first, and passes after its solution`, async (t) => {
    const environmentId = `test${randomBytes(8).toString('hex')}`;
    t.teardown(() => engine.destroy(environmentId));
    const machines = await engine.provision(environmentOf(lab, environmentId));
    const solutions = (await readdir(join(directory, lab.slug, 'solutions'))).sort();
    const checked = lab.steps.flatMap(({ id, checks }) =>
      checks.flatMap((check) => (check.kind === 'script' ? [{ id, check }] : [])),
    );
    t.equal(solutions.length, checked.length, 'each check has a solution');

    for (const [index, { id, check }] of checked.entries()) {
      const machine = machines.find(({ name }) => name === check.machine);
      const user = lab.machines.find(({ name }) => name === check.machine)?.user;
      if (!machine) throw new Error(`The step ${id} has no machine to be checked in.`);
      const run = () =>
        runner.run(machine.machineId, check, { BERTH_USER: user ?? '' }, new AbortController().signal);

      const before = await run();
      t.match(before, { state: 'finished', passed: false }, `${id} is not done yet`);
      t.match(before.output, /^[A-Z"].{20,}[^\n]$/, `${id} says in one line what to do`);

      const input = await readFile(join(directory, lab.slug, 'solutions', solutions[index] ?? ''));
      const limits = { timeoutMs: 20_000, outputLimitBytes: 100_000 };
      const solved = await engine.exec(machine.machineId, {
        command: ['/bin/bash', '-l'],
        input,
        workingDirectory: '/',
        ...limits,
        ...(user !== undefined && { user }),
      });
      t.match(solved, { outcome: 'exited', exitCode: 0 }, solved.stderr.toString());
      t.match(await run(), { state: 'finished', passed: true }, `${id} is done`);
    }
  });
}
