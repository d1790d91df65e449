import { test } from 'tap';
import type { EngineImage } from '../../../../src/engine/engine-images.ts';
import { prunableNames, viewImage } from '../../../../src/domains/images/image-view.ts';
import { percentOf } from '../../../../src/domains/images/jobs/image-work.ts';

const image = (changes: Partial<EngineImage> = {}): EngineImage => ({
  id: 'sha256:1',
  names: ['tools:1'],
  digests: [],
  sizeBytes: 1,
  createdAt: new Date(),
  role: undefined,
  machines: 0,
  foreignContainers: 0,
  ...changes,
});
const own = (name: string, imageId = 'sha256:1') => ({ name, imageId, origin: 'pulled' as const });

await test('only images that Berth named, and still names, are managed', (t) => {
  const table: [string, EngineImage, ReturnType<typeof own>[], string[], string][] = [
    ['its own name', image(), [own('tools:1')], ['tools:1'], 'pulled'],
    ['nobody’s', image(), [], [], 'foreign'],
    ['the current name of another image', image(), [own('tools:1', 'sha256:2')], [], 'foreign'],
    ['also named by another', image({ names: ['tools:1', 'x:1'] }), [own('tools:1')], ['tools:1'], 'pulled'],
    ['renamed by another', image({ names: ['x:1'] }), [own('tools:1'), own('sha256:1')], [], 'foreign'],
    ['without a name', image({ names: [] }), [own('sha256:1')], ['sha256:1'], 'pulled'],
    [
      'by its digest',
      image({ names: [], digests: ['t@sha256:9'] }),
      [own('t@sha256:9')],
      ['t@sha256:9'],
      'pulled',
    ],
    ['saved work', image({ role: 'saved-state' }), [own('tools:1')], [], 'saved_state'],
    [
      'current image of setup',
      image({ role: 'set-up', names: ['berth/lab-x:12', 'berth/lab-x:latest'] }),
      [],
      [],
      'set_up',
    ],
    [
      'former image of setup',
      image({ role: 'set-up', names: ['berth/lab-x:12'] }),
      [],
      ['berth/lab-x:12'],
      'set_up',
    ],
  ];
  for (const [what, found, ours, names, origin] of table) {
    t.same(prunableNames(found, ours), names, what);
    t.equal(viewImage(found, { own: ours, labs: [] }, []).origin, origin, what);
  }
  t.end();
});

await test('labs can write image names in any form', (t) => {
  const labs = [
    { slug: 'short', images: ['debian'] },
    { slug: 'long', images: ['docker.io/library/debian:latest'] },
    { slug: 'digest', images: [`debian@sha256:${'a'.repeat(64)}`] },
    { slug: 'other', images: ['debian:trixie', 'not a name'] },
  ];
  const found = image({ names: ['debian:latest'], digests: [`debian@sha256:${'a'.repeat(64)}`] });
  const view = viewImage(found, { own: [own('debian:latest')], labs }, []);
  t.same(view.labs, ['short', 'long', 'digest']);
  t.equal(view.prunable, false);
  t.end();
});

await test('a name that only keeps a pinned image is not shown', (t) => {
  const view = viewImage(image({ names: ['berth/pin:x.1', 'tools:1'] }), { own: [], labs: [] }, ['linux']);
  t.match(view, { names: ['tools:1'], pinnedBy: ['linux'], prunable: false });
  t.end();
});

await test('the percentage counts fetching and unpacking', (t) => {
  const layer = (
    phase: 'waiting' | 'downloading' | 'extracting' | 'done',
    current: number,
    total?: number,
  ) => ({
    id: 'x',
    phase,
    current,
    total,
  });
  t.equal(percentOf([layer('waiting', 0)]), undefined);
  t.equal(percentOf([layer('downloading', 50, 100)]), 25);
  t.equal(percentOf([layer('extracting', 50, 100), layer('waiting', 0, 100)]), 37);
  t.equal(percentOf([layer('done', 100, 100), layer('done', 0)]), 100);
  t.end();
});
