import { test } from 'tap';
import { neededImages } from '../../../src/host-setup/lab-images.ts';

const folders = ['docker', 'egress', 'hub-ubuntu', 'linux', 'registry'].map((name) => ({
  name,
  path: `images/${name}`,
}));
const imports = { name: 'ubuntu', path: 'images/ubuntu' };
const names = (env: NodeJS.ProcessEnv, nested = true) =>
  neededImages([...folders, imports], env, { nested }).map(({ name }) => name);

await test('the images of the local registry are built only if it is enabled', async (t) => {
  t.strictSame(names({ BERTH_REGISTRY: 'off' }), ['docker', 'egress', 'linux']);
  const all = folders.map(({ name }) => name);
  t.strictSame(names({}), all);
  t.strictSame(names({ BERTH_REGISTRY: '' }), all);
  t.strictSame(names({ BERTH_REGISTRY: 'auto' }), all);
  t.strictSame(names({ BERTH_REGISTRY: 'https://registry.example.org' }), all);
});

await test('the image of imports is built only if another one needs it', async (t) => {
  const own = { name: 'scenarios', path: 'images/scenarios', builtOn: 'ubuntu' };
  const needed = (given: typeof folders) => neededImages(given, {}, { nested: true }).map(({ name }) => name);
  t.notOk(needed([...folders, imports]).includes('ubuntu'));
  t.ok(needed([...folders, imports, own]).includes('ubuntu'));
});

await test('the image of machines with an engine is not built if they are disabled', async (t) => {
  t.strictSame(names({}, false), ['egress', 'hub-ubuntu', 'linux', 'registry']);
  t.strictSame(names({ BERTH_REGISTRY: 'off' }), ['docker', 'egress', 'linux']);
});
