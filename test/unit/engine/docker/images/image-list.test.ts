import type Dockerode from 'dockerode';
import t from 'tap';
import { listImages } from '../../../../../src/engine/docker/images/images.ts';

const image = { Id: 'sha256:1', RepoTags: ['a:1'], RepoDigests: null, Size: 10, Created: 1, Labels: null };

/** A fake engine with answers that a test cannot produce otherwise. */
const engineWith = (containers: object[]) =>
  ({ listImages: async () => [image], listContainers: async () => containers }) as unknown as Dockerode;

await t.test('a container that has no labels yet belongs to somebody else', async (t) => {
  const containers = [
    { ImageID: image.Id, Labels: null },
    { ImageID: image.Id, Labels: { 'berth.installation': 'ours' } },
  ];
  t.match(await listImages(engineWith(containers), 'ours'), [
    { id: image.Id, machines: 1, foreignContainers: 1 },
  ]);
});
