import { test } from 'tap';
import type { MachineStatus } from '../../../../../src/engine/engine.ts';
import { planRepair } from '../../../../../src/domains/sessions/reconcile/repairs.ts';

const known = [
  { name: 'main', containerId: 'a', addresses: '[{"network":"lab","address":"10.0.0.2"}]' },
  { name: 'web', containerId: 'b', addresses: '[{"network":"lab","address":"10.0.0.3"}]' },
];
const found = (machineId: string, changes: Partial<MachineStatus> = {}) => {
  const { name = '', addresses = '[]' } = known.find(({ containerId }) => containerId === machineId) ?? {};
  return {
    name,
    machineId,
    state: 'running' as const,
    addresses: JSON.parse(addresses) as MachineStatus['addresses'],
    exitCode: undefined,
    outOfMemory: false,
    ...changes,
  };
};

await test('a session is healthy if all its machines run where expected', async (t) => {
  t.same(planRepair(known, [found('b'), found('a')]), { kind: 'sound' });
});

await test('a session with a missing machine is lost, even if the other only stopped', async (t) => {
  t.same(planRepair(known, [found('a')]), { kind: 'lost' });
  t.same(planRepair(known, [found('a', { state: 'exited' })]), { kind: 'lost' });
  t.same(planRepair(known, []), { kind: 'lost' });
});

await test('another machine with the same name does not count', async (t) => {
  t.same(planRepair(known, [found('a'), { ...found('b'), machineId: 'c' }]), { kind: 'lost' });
});

await test('restarts only machines that exited or never started', async (t) => {
  const plan = planRepair(known, [found('a', { state: 'exited', exitCode: 137 }), found('b')]);
  t.match(plan, { kind: 'restart', machines: [{ name: 'main', exitCode: 137 }] });
  t.match(planRepair(known, [found('a'), found('b', { state: 'created' })]), { kind: 'restart' });
});

await test('unpauses a paused machine', async (t) => {
  const plan = planRepair(known, [found('a', { state: 'paused' }), found('b')]);
  t.match(plan, { kind: 'resume', machines: [{ name: 'main' }] });
});

await test('adopts changed addresses', async (t) => {
  const addresses = [{ network: 'lab', address: '10.0.0.9' }];
  const plan = planRepair(known, [found('a', { addresses }), found('b')]);
  t.match(plan, { kind: 'readdress', machines: [{ name: 'main', addresses }, { name: 'web' }] });
});
