import { test } from 'tap';
import { environmentSpec, dockerHarness } from '../../kit/engine/engines.ts';
import { nestedSpec } from '../../kit/engine/nested.ts';
import { nestedContract } from './nested-contract.ts';

await nestedContract((t) => dockerHarness(t, { nestedDocker: 'on' }));

await test('machines have no engine until an admin turns it on, and the refusal says so', async (t) => {
  const { engine } = dockerHarness(t);
  t.match(await engine.nestedProblem(), /BERTH_NESTED_DOCKER/);
  const spec = environmentSpec({ machines: [nestedSpec()] });
  await t.rejects(engine.provision(spec), {
    code: 'NESTED_ENGINE_UNAVAILABLE',
    message: /BERTH_NESTED_DOCKER/,
  });
  t.same(await engine.list(), []);
});

await test('an unsuitable runtime is reported with the engine’s own message', async (t) => {
  const { engine } = dockerHarness(t, { nestedDocker: 'on', nestedRuntime: 'no-such-runtime' });
  t.match(await engine.nestedProblem(), /the engine refuses the test of its requirements: .*no-such-runtime/);
  await t.rejects(engine.provision(environmentSpec({ machines: [nestedSpec()] })), {
    code: 'NESTED_ENGINE_UNAVAILABLE',
    message: /no-such-runtime/,
  });
  t.same(await engine.list(), []);
});

await test('a start that is aborted while no engine answers leaves nothing', async (t) => {
  const { engine } = dockerHarness(t, { nestedDocker: 'on' });
  const spec = environmentSpec({ machines: [nestedSpec({ command: ['sleep', '600'] })] });
  const abort = new AbortController();
  const reason = new Error('waited long enough');
  const phases: string[] = [];
  const provisioned = engine.provision(spec, {
    signal: abort.signal,
    onProgress: ({ phase }) => {
      phases.push(phase);
      if (phase === 'starting') setTimeout(() => abort.abort(reason), 1_000);
    },
  });
  await t.rejects(provisioned, reason);
  t.equal(phases.at(-1), 'starting');
  t.same(await engine.list(), []);
});
