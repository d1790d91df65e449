import { test } from 'tap';
import { environmentSpec } from '../../../src/sessions/environment-spec.ts';
import { testLab, testMachine } from '../../support/sessions.ts';

await test('an environment has the lab’s machines with their limits, and a bound on what they log', async (t) => {
  const machines = [testMachine('main', { user: 'learner', profile: 'restricted' }), testMachine('web')];
  const spec = environmentSpec(testLab('two', { machines, internet: true }), {
    id: 'one',
    subnet: '10.231.0.16/28',
  });
  t.match(spec, { sessionId: 'one', subnet: '10.231.0.16/28', internet: true });
  t.match(spec.machines[0], { name: 'main', user: 'learner', profile: 'restricted' });
  t.notOk('user' in (spec.machines[1] ?? {}), 'the image’s own user');
  t.same(spec.machines[1]?.limits, {
    memoryBytes: 128 * 1024 * 1024,
    cpus: 1,
    pids: 64,
    logBytes: 1024 * 1024,
  });
});
