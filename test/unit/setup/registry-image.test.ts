import { test } from 'tap';
import { neededImages } from '../../../src/setup/registry-image.ts';

await test('the image of the local registry is made only where one is wanted', async (t) => {
  const folders = ['egress', 'linux', 'registry'].map((name) => ({ name, path: `images/${name}` }));
  const names = (env: NodeJS.ProcessEnv) => neededImages(folders, env).map(({ name }) => name);
  t.strictSame(names({}), ['egress', 'linux']);
  t.strictSame(names({ BERTH_REGISTRY: '' }), ['egress', 'linux']);
  t.strictSame(names({ BERTH_REGISTRY: 'off' }), ['egress', 'linux']);
  t.strictSame(names({ BERTH_REGISTRY: 'auto' }), ['egress', 'linux', 'registry']);
  t.strictSame(names({ BERTH_REGISTRY: 'https://registry.example.org' }), ['egress', 'linux', 'registry']);
});
