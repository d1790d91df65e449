import { test } from 'tap';
import { GATEWAY_MEMORY_BYTES } from '../../../../../src/engine/engine.ts';
import type { LabCheck } from '../../../../../src/domains/labs/lab-check.ts';
import type { LabStep } from '../../../../../src/domains/labs/lab.ts';
import { needOf } from '../../../../../src/domains/sessions/capacity/need.ts';
import { testLab, testMachine } from '../../../../kit/sessions/sessions.ts';

const GIBIBYTE = 1024 ** 3;

const machine = (name: string, hasPort: boolean) =>
  testMachine(name, { memoryBytes: GIBIBYTE, ports: hasPort ? [{ port: 80, name: { en: 'Web' } }] : [] });

/** A step with checks of these kinds, each in a machine. */
function step(checks: { kind: LabCheck['kind']; machine: string }[]): LabStep {
  return { checks } as unknown as LabStep;
}

await test('a lab needs the memory of its machines, and of a gateway for each with a port', (t) => {
  const machines = [machine('main', false), machine('web', true), machine('api', true), machine('db', false)];
  const gateways = (lab: Parameters<typeof testLab>[1]) =>
    (needOf(testLab('lab', { machines, ...lab })).memoryBytes - 4 * GIBIBYTE) / GATEWAY_MEMORY_BYTES;
  t.equal(gateways({ machines: machines.map(({ name }) => machine(name, false)) }), 0);
  t.equal(gateways({}), 2);
  t.equal(gateways({ steps: [step([{ kind: 'http', machine: 'db' }])] }), 3);
  t.equal(
    gateways({
      steps: [step([{ kind: 'http', machine: 'web' }]), step([{ kind: 'script', machine: 'db' }])],
    }),
    2,
  );
  t.end();
});
