import t from 'tap';
import type { Test } from 'tap';
import type { EngineImages } from '../../../src/engine/engine-images.ts';
import { fault } from '../../../src/core/errors.ts';
import { findBaseImage } from '../../../src/host-setup/host.ts';

const folders = [
  { name: 'linux', path: '/none/linux' },
  { name: 'egress', path: '/none/egress' },
];
const step = { progress: () => undefined };

/** An engine without a registry that has only these images and builds none. */
function engineWith(present: readonly string[]): EngineImages {
  const unexpected = () => Promise.reject(new Error('no other call is expected'));
  return {
    find: async (name) => (present.includes(name) ? { id: name, digests: [], labels: {} } : undefined),
    findOrPull: async (image) => {
      throw fault('IMAGE_NOT_FOUND', { image, problem: 'no registry' });
    },
    list: unexpected,
    listNames: unexpected,
    pull: unexpected,
    importTar: unexpected,
    build: unexpected,
    tag: unexpected,
    remove: unexpected,
    runScript: unexpected,
  };
}

/** As in a container, where nobody can create a base image. */
function withoutRoot(t: Test) {
  t.intercept(process, 'getuid', { value: () => 990 });
}

await t.test('without a base image, labs run on the existing images', async (t) => {
  withoutRoot(t);
  const images = engineWith(['berth/lab-linux:latest', 'berth/lab-egress:latest']);
  const { id, note } = await findBaseImage({ images, folders, step });
  t.equal(id, undefined);
  t.match(note, 'not accessible; labs run on the existing images');
});

await t.test('if one of them is missing, the message says how to get a base image', async (t) => {
  withoutRoot(t);
  const images = engineWith(['berth/lab-linux:latest']);
  await t.rejects(findBaseImage({ images, folders, step }), {
    code: 'ENGINE_SETUP_REFUSED',
    message:
      /could not be pulled \(no registry\)[^]*docker pull debian:trixie-slim[^]*outside of any container/,
  });
});
