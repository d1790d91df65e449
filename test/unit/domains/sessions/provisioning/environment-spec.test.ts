import { test } from 'tap';
import {
  environmentSpec,
  savedMachines,
} from '../../../../../src/domains/sessions/provisioning/environment-builder.ts';
import { testLab, testMachine } from '../../../../kit/sessions/sessions.ts';

await test('an environment has the lab’s machines with their limits, and limited logs', async (t) => {
  const machines = [
    testMachine('main', { user: 'learner', profile: 'restricted', networks: ['back', 'front'] }),
    testMachine('web', { volumes: ['/srv'] }),
  ];
  const networks = [
    { name: 'front', internet: true },
    { name: 'back', internet: false },
  ];
  const spec = environmentSpec(testLab('two', { machines, networks }), {
    environmentId: 'one',
    subnets: new Map([
      ['back', '10.231.0.32/28'],
      ['front', '10.231.0.16/28'],
    ]),
  });
  t.match(spec, {
    environmentId: 'one',
    networks: [
      { name: 'front', subnet: '10.231.0.16/28', internet: true },
      { name: 'back', subnet: '10.231.0.32/28', internet: false },
    ],
  });
  t.match(spec.machines[0], { networks: ['back', 'front'], volumes: [] });
  t.match(spec.machines[1], { volumes: [{ path: '/srv' }] });
  t.match(spec.machines[0], { name: 'main', user: 'learner', profile: 'restricted' });
  t.notOk('user' in (spec.machines[1] ?? {}), 'the image’s own user');
  t.same(spec.machines[1]?.limits, {
    memoryBytes: 128 * 1024 * 1024,
    cpus: 1,
    pids: 64,
    logBytes: 1024 * 1024,
    diskBytes: 2 * 1024 ** 3,
  });
});

await test('a saved state replaces the image and the volumes of a machine', async (t) => {
  const machines = [testMachine('main', { volumes: ['/data', '/new'] }), testMachine('added')];
  const saved = savedMachines([
    { machineName: 'main', volume: '', image: 'berth/saved:one-main' },
    { machineName: 'main', volume: '/data', image: 'berth/saved:one-main.v1' },
    { machineName: 'gone', volume: '', image: 'berth/saved:one-gone' },
  ]);
  const lab = testLab('two', { machines });
  const spec = environmentSpec(lab, { environmentId: 'one', subnets: new Map(), saved });
  t.match(spec.machines, [
    {
      image: 'berth/saved:one-main',
      volumes: [{ path: '/data', from: 'berth/saved:one-main.v1' }, { path: '/new' }],
    },
    { image: testMachine('added').image, volumes: [] },
  ]);
});
