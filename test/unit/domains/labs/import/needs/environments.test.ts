import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import {
  environmentsOf,
  readEnvironments,
} from '../../../../../../src/domains/labs/import/needs/environments.ts';
import { emptyFolder } from '../../../../../kit/labs/git-repository.ts';

await t.test('maps image ids to images, or rejects them with a reason', async (t) => {
  const environmentFor = environmentsOf({});
  const plain = { image: 'berth/lab-ubuntu', hosts: ['host01'], folder: '/root', memory: '512 MiB' };
  for (const id of ['ubuntu', 'ubuntu:2004', 'ubuntu1804']) t.match(environmentFor(id), plain, id);
  t.match(environmentFor('Ubuntu-4GB'), { ...plain, memory: '4 GiB' }, 'the memory in the image id');
  t.match(environmentFor('docker-2GB'), { memory: '2 GiB', profile: 'nested' });
  t.match(environmentFor('bash'), { image: 'berth/lab-ubuntu', folder: '/home/scrapbook/tutorial' });
  t.match(environmentFor('python:3.8'), { image: 'python:3' });
  t.match(environmentFor('nodejs:12'), { image: 'node:lts' });
  for (const id of ['kubernetes-kubeadm-2nodes', 'minikube', 'k3s']) {
    t.same(environmentFor(id), { refuse: 'needs a Kubernetes cluster, which Berth does not run' }, id);
  }
  const engine = { image: 'berth/lab-docker', profile: 'nested', user: 'learner', registry: true };
  t.match(environmentFor('docker'), { ...engine, folder: '/home/learner' });
  t.match(environmentFor('dockerindocker'), engine);
  t.match(environmentFor('podman'), { refuse: /needs Podman/ });
  t.match(environmentFor('docker-swarm'), { refuse: /form a swarm/ });
  t.match(environmentFor('holodeck'), { refuse: /not in the table/ });
});

await t.test("the user's entries precede Berth's, and the first match counts", async (t) => {
  const path = join(await emptyFolder(t), 'table.yaml');
  await writeFile(
    path,
    `"docker*":
  image: registry.example.org/docker-lab
  hosts: [host01, node01]
  memory: 1 GiB
  cpus: 2
ubuntu: { image: "ubuntu:24.04", lacks: [docker] }
"u*n*u:*": { refuse: is too old }
`,
  );
  const environmentFor = await readEnvironments(path);
  t.same(environmentFor('docker'), {
    image: 'registry.example.org/docker-lab',
    hosts: ['host01', 'node01'],
    folder: '/root',
    profile: 'standard',
    user: 'root',
    registry: false,
    memory: '1 GiB',
    cpus: 2,
    lacks: [],
  });
  t.match(environmentFor('docker-4GB'), { memory: '1 GiB' }, 'your own table decides');
  t.match(environmentFor('ubuntu'), { image: 'ubuntu:24.04', lacks: ['docker'] });
  t.same(environmentFor('ubuntu:1804'), { refuse: 'is too old' });
  t.match(environmentFor('ubuntu2004'), { image: 'berth/lab-ubuntu' });
  t.match(environmentFor('minikube'), { refuse: /Kubernetes/ });
});

await t.test('reports an invalid table with its key', async (t) => {
  const folder = await emptyFolder(t);
  const refused = async (text: string, message: RegExp) => {
    const path = join(folder, 'table.yaml');
    await writeFile(path, text);
    await t.rejects(readEnvironments(path), { code: 'CONFIG_INVALID', message });
  };
  await refused('ubuntu: { imaeg: x }', /table\.yaml": ubuntu/);
  await refused('ubuntu: { image: x, memory: 5 }', /ubuntu\.memory: must be/);
  await refused('ubuntu: { image: x, memory: 5 bananas }', /ubuntu\.memory: must be a size/);
  await refused('ubuntu: { image: x, folder: "a b" }', /ubuntu\.folder: must be an absolute path/);
  await refused('ubuntu: [', /table\.yaml": /);
  await t.rejects(readEnvironments(join(folder, 'none')), { code: 'CONFIG_INVALID', message: /ENOENT/ });
});

await t.test('the table in the guide is valid', async (t) => {
  const guide = await readFile(join(import.meta.dirname, '../../../../../../docs/importing.md'), 'utf8');
  const [, table = ''] = /^```yaml\n(.*?)^```$/ms.exec(guide) ?? [];
  const path = join(await emptyFolder(t), 'table.yaml');
  await writeFile(path, table);
  const environmentFor = await readEnvironments(path);
  t.match(environmentFor('ubuntu:2004'), { image: 'ubuntu:24.04' });
  t.match(environmentFor('ubuntu-docker'), { profile: 'nested', user: 'learner', registry: true });
  t.match(environmentFor('centos'), { memory: '1 GiB', lacks: ['kubectl', 'systemctl'] });
  t.match(environmentFor('windows11'), { refuse: /no machine/ });
});
