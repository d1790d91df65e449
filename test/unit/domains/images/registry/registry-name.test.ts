import { test } from 'tap';
import {
  parseRegistryName,
  registryNameOf,
} from '../../../../../src/domains/images/registry/registry-name.ts';

await test('images keep the names that engines request from a mirror', async (t) => {
  const table: [image: string, name: string, tag: string][] = [
    ['ubuntu', 'library/ubuntu', 'latest'],
    ['ubuntu:24.04', 'library/ubuntu', '24.04'],
    ['docker.io/library/hello-world', 'library/hello-world', 'latest'],
    ['berth/lab-linux', 'berth/lab-linux', 'latest'],
    ['ghcr.io/some/tool:1', 'ghcr.io/some/tool', '1'],
    ['10.0.0.5:5000/tool:1', '10.0.0.5-5000/tool', '1'],
    ['[::1]:5000/tool', '1-5000/tool', 'latest'],
  ];
  for (const [image, name, tag] of table) t.strictSame(registryNameOf(image), { name, tag }, image);
});

await test('a custom name belongs to the local registry', async (t) => {
  t.strictSame(parseRegistryName('tools:1'), { name: 'library/tools', tag: '1' });
  t.strictSame(parseRegistryName('course/tools'), { name: 'course/tools', tag: 'latest' });
});

await test('an invalid name is rejected with a message', async (t) => {
  const digest = `ubuntu@sha256:${'a'.repeat(64)}`;
  t.throws(() => registryNameOf('Not A Name'), { code: 'INPUT_INVALID', message: /not an image name/ });
  t.throws(() => registryNameOf(digest), { code: 'INPUT_INVALID', message: /no tag/ });
  t.throws(() => parseRegistryName('ghcr.io/tools'), { code: 'INPUT_INVALID', message: /Omit it/ });
});
