import { test } from 'tap';
import {
  NESTED_ENGINE_LABEL,
  refusalOf,
  probeProblem,
} from '../../../../../src/engine/docker/nested/nested-support.ts';

const remapping = { SecurityOptions: ['name=seccomp,profile=builtin', 'name=userns'], Labels: [] };

await test('machines can have engines if an admin turns it on, or if the engine was set up for them', async (t) => {
  t.equal(refusalOf('on', remapping), undefined);
  t.match(refusalOf('off', remapping), /BERTH_NESTED_DOCKER/);
  t.match(refusalOf('auto', remapping), /BERTH_NESTED_DOCKER/);
  t.match(refusalOf('auto', { ...remapping, Labels: null }), /BERTH_NESTED_DOCKER/);
  const setUp = { ...remapping, Labels: ['disk=fast', NESTED_ENGINE_LABEL] };
  t.equal(refusalOf('auto', setUp), undefined);
  t.match(refusalOf('off', setUp), /BERTH_NESTED_DOCKER/);
});

await test('an engine that does not remap users is refused with every setting', async (t) => {
  for (const SecurityOptions of [['name=seccomp,profile=builtin'], ['name=rootless'], [], null])
    t.match(refusalOf('on', { SecurityOptions }), /userns-remap/);
});

await test('each problem is reported with its fix', async (t) => {
  t.equal(probeProblem({ exitCode: 0, output: 'whatever' }), undefined);
  t.match(probeProblem({ exitCode: 11, output: '0 231072 65536' }), /subuid.*\(0 231072 65536\)$/);
  t.match(probeProblem({ exitCode: 12, output: '' }), /chmod 0666 \/dev\/net\/tun/);
  t.match(
    probeProblem({ exitCode: 13, output: 'unshare failed' }),
    /user namespaces|user\.max_user_namespaces/,
  );
  t.match(probeProblem({ exitCode: 137, output: '' }), /exited with 137/);
});
