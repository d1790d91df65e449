import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { createCheckRunner } from '../../src/checks/check-runner.ts';

import { createDockerEngine } from '../../src/engine/docker/docker-engine.ts';
import type { ProvisionedMachine } from '../../src/engine/engine.ts';
import { interpreterOf } from '../../src/labs/interpreter.ts';
import type { Lab, LabScript, LabStep } from '../../src/labs/lab.ts';
import { environmentSpec } from '../../src/sessions/environment-spec.ts';
import { quietLog } from './quiet-log.ts';

/** What a script of a lab's tests may take and print. */
const LIMITS = { timeoutMs: 20_000, outputLimitBytes: 100_000 };

/**
 * Each check that is a script fails at first and tells in one line what to do, fails in each wrong state,
 * and passes after the solution of its step.
 */
export async function proveLab(t: Test, lab: Lab): Promise<void> {
  const world = await startMachines(t, lab);
  for (const step of lab.steps) {
    if (step.checks.length === 0) continue;
    t.ok(step.solution.length > 0, `${step.id} has a solution`);
    for (const verdict of await world.check(step)) {
      t.match(verdict, { state: 'finished', passed: false }, `${step.id} is not done yet`);
      t.match(verdict.output, /^[A-Z"].{20,}[^\n]$/, `${step.id} says in one line what to do`);
    }
    for (const script of step.wrong) await proveWrong(t, lab, step, script);
    for (const script of step.solution) t.match(await world.run(script), { outcome: 'exited', exitCode: 0 });
    for (const verdict of await world.check(step)) {
      t.match(verdict, { state: 'finished', passed: true }, `${step.id} is done`);
    }
  }
}

/** In machines of its own, the wrong state is made, after what the steps before ask for, and the step is not passed. */
async function proveWrong(t: Test, lab: Lab, step: LabStep, wrong: LabScript): Promise<void> {
  const world = await startMachines(t, lab);
  const before = lab.steps.slice(0, lab.steps.indexOf(step)).flatMap(({ solution }) => solution);
  for (const script of [...before, wrong]) {
    t.match(await world.run(script), { outcome: 'exited', exitCode: 0 }, script.name);
  }
  const passed = (await world.check(step)).every((verdict) => verdict.passed);
  t.equal(passed, false, `${step.id} is not passed by ${wrong.name}`);
}

/** The lab's machines as a session has them, on networks that no session gets; gone after the test. */
async function startMachines(t: Test, lab: Lab) {
  const engine = createDockerEngine({ host: process.env['DOCKER_HOST'], installation: 'test-labs' });
  const environmentId = `test${randomBytes(8).toString('hex')}`;
  t.teardown(async () => {
    await engine.destroy(environmentId);
    await engine.close();
  });
  const subnets = lab.networks.map(({ name }): [string, string] => {
    const place = randomBytes(1).readUInt8() & 0xf0;
    return [name, `10.230.${randomBytes(1).readUInt8()}.${place}/28`];
  });
  const machines = await engine.provision(environmentSpec(lab, { environmentId, subnets: new Map(subnets) }));
  const runner = createCheckRunner({ engine, logger: quietLog() });

  return {
    /** Runs the step's checks that are scripts. */
    async check({ checks }: LabStep) {
      const verdicts = [];
      for (const check of checks) {
        if (check.kind !== 'script') continue;
        const user = lab.machines.find(({ name }) => name === check.machine)?.user ?? '';
        const { machineId } = named(machines, check.machine);
        verdicts.push(await runner.run(machineId, check, { BERTH_USER: user }, new AbortController().signal));
      }
      return verdicts;
    },
    /** Runs a script of the lab's tests as a learner would: in a shell of the user's own. */
    run: ({ script, machine, user }: LabScript) =>
      engine.exec(named(machines, machine).machineId, {
        command: script.startsWith('#!') ? interpreterOf(script) : ['/bin/bash', '-l'],
        input: Buffer.from(script),
        workingDirectory: '/',
        ...LIMITS,
        ...(user !== undefined && { user }),
      }),
  };
}

function named(machines: readonly ProvisionedMachine[], name: string): ProvisionedMachine {
  const machine = machines.find((one) => one.name === name);
  if (!machine) throw new Error(`The environment has no machine ${name}.`);
  return machine;
}
