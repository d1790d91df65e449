import t from 'tap';
import { createPinStore } from '../../../src/domains/images/pins/pin-store.ts';
import type { ImagePin } from '../../../src/domains/images/pins/pin.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const at = (day: number) => new Date(Date.UTC(2030, 0, day));

function pin(changes: Partial<ImagePin> = {}): ImagePin {
  const id = { lab: 'linux', labVersion: 'v1', image: 'tools', imageId: 'sha256:1' };
  return { ...id, digest: undefined, pinnedAt: at(1), usedAt: at(1), ...changes };
}

await eachDatabase(t, 'of simultaneous pins, the first one wins', async (t, database) => {
  const store = createPinStore({ database });
  const made = await Promise.all(
    Array.from({ length: 10 }, (_, number) =>
      store.insert(pin({ imageId: `sha256:${number}`, digest: `tools@sha256:${number}` })),
    ),
  );
  t.equal(new Set(made.map(({ imageId }) => imageId)).size, 1);
  t.strictSame(await store.ofVersion('linux', 'v1'), made.slice(0, 1));
});

await eachDatabase(t, 'a pin can be created while it is being removed', async (t, database) => {
  const store = createPinStore({ database });
  for (let round = 0; round < 30; round++) {
    const made = await Promise.all([
      ...Array.from({ length: 4 }, () => store.insert(pin())),
      ...Array.from({ length: 4 }, () => store.forget('linux').then(() => pin())),
    ]);
    t.equal(new Set(made.map(({ image }) => image)).size, 1);
  }
});

await eachDatabase(t, 'pins are listed by lab, most recently used first', async (t, database) => {
  const store = createPinStore({ database });
  await store.insert(pin());
  await store.insert(pin({ labVersion: 'v2', usedAt: at(3) }));
  await store.insert(pin({ labVersion: 'v2', image: 'db', usedAt: at(3) }));
  await store.insert(pin({ lab: 'other' }));
  const listed = await store.ofLab('linux');
  t.strictSame(
    listed.map(({ labVersion, image }) => `${labVersion} ${image}`),
    ['v2 db', 'v2 tools', 'v1 tools'],
  );
  t.equal(await store.forget('linux'), 3);
  t.strictSame(await store.ofLab('linux'), []);
  t.equal((await store.ofLab('other')).length, 1);
});

await eachDatabase(t, 'a use is recorded once a day', async (t, database) => {
  const store = createPinStore({ database });
  await store.insert(pin());
  const used = async () => (await store.ofVersion('linux', 'v1'))[0]?.usedAt;
  await store.touch('linux', 'v1', { at: at(2), unless: at(1) });
  t.strictSame(await used(), at(1));
  await store.touch('linux', 'v1', { at: at(5), unless: at(4) });
  t.strictSame(await used(), at(5));
});

await eachDatabase(t, 'old pins are removed, except those to keep', async (t, database) => {
  const store = createPinStore({ database });
  for (const labVersion of ['old', 'present', 'recent']) {
    for (const image of ['tools', 'db']) {
      const usedAt = labVersion === 'recent' ? at(20) : at(1);
      await store.insert(pin({ labVersion, image, imageId: `${labVersion} ${image}`, usedAt }));
    }
  }
  await store.removeUnused(at(10), ({ lab, labVersion }) => lab === 'linux' && labVersion === 'present');
  const kept = ['present tools', 'present db', 'recent tools', 'recent db'];
  t.strictSame(await store.imageIds(), new Set(kept));
  t.same(await store.labsOf('recent db'), ['linux']);
  t.same(await store.labsOf('old db'), []);
  for (const lab of ['z', 'a']) {
    for (const labVersion of ['1', '2']) {
      await store.insert(pin({ lab, labVersion, image: 'x', imageId: 'recent db' }));
    }
  }
  t.same(await store.labsOf('recent db'), ['a', 'linux', 'z'], 'each lab once');
});
