import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createLabCatalogue } from '../../../src/labs/catalogue.ts';
import { labsFolder, smallLab, writeLab } from '../../support/lab-folders.ts';
import { quietLog } from '../../support/quiet-log.ts';

const broken = { 'lab.yaml': 'title: Broken\nmachine: []\n' };

await t.test('labs that are right are there, those that are not are told with all problems', async (t) => {
  const directory = await labsFolder(t, { good: smallLab('Good'), bad: broken, '.hidden': broken });
  const logger = quietLog();
  const catalogue = await createLabCatalogue({ directory, logger });
  t.equal(catalogue.get('good').title['en'], 'Good');
  t.equal(catalogue.list({ first: 10 }).items.length, 1);
  t.same(
    catalogue.problems().map(({ lab, line, key }) => ({ lab, line, key })),
    [
      { lab: 'bad', line: 1, key: 'machines' },
      { lab: 'bad', line: 2, key: 'machine' },
    ],
  );
  t.equal(logger.lines.filter(({ level }) => level === 'warn').length, 2);
  t.throws(() => catalogue.get('bad'), { code: 'LAB_INVALID', message: /its folder has faults \(2\)/ });
  t.throws(() => catalogue.get('none'), { code: 'LAB_NOT_FOUND', message: /no lab "none"/ });
  t.equal(catalogue.find('bad'), undefined);
});

await t.test('a lab that becomes wrong stays as it was, and one that is mended is taken', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab('First') });
  const catalogue = await createLabCatalogue({ directory, logger: quietLog() });

  await writeLab(directory, 'lab', broken);
  await catalogue.reload();
  t.equal(catalogue.get('lab').title['en'], 'First');
  t.equal(catalogue.list({ first: 1 }).items[0]?.node.title['en'], 'First');
  t.equal(catalogue.problems().length, 2);
  await catalogue.reload();
  t.equal(catalogue.get('lab').title['en'], 'First', 'also the second time');

  await writeLab(directory, 'lab', smallLab('Second'));
  await catalogue.reload();
  t.equal(catalogue.get('lab').title['en'], 'Second');
  t.same(catalogue.problems(), []);
});

await t.test(
  'running sessions keep their version of a lab; after a restart they get the present one',
  async (t) => {
    const directory = await labsFolder(t, { lab: smallLab('First') });
    const catalogue = await createLabCatalogue({ directory, logger: quietLog() });
    const { version } = catalogue.get('lab');

    await writeLab(directory, 'lab', smallLab('Second'));
    await catalogue.reload();
    t.equal(catalogue.version('lab', version).title['en'], 'First');

    const restarted = await createLabCatalogue({ directory, logger: quietLog() });
    t.equal(restarted.version('lab', version).title['en'], 'Second');

    await rm(join(directory, 'lab'), { recursive: true });
    await catalogue.reload();
    t.throws(() => catalogue.get('lab'), { code: 'LAB_NOT_FOUND' });
    t.same(catalogue.list({ first: 1 }).items, []);
    t.equal(catalogue.version('lab', version).title['en'], 'First');
  },
);

await t.test('old versions are kept up to a bound, the present one always', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab('0'), still: smallLab('Still') });
  const catalogue = await createLabCatalogue({ directory, logger: quietLog() });
  const first = catalogue.get('lab').version;
  const still = catalogue.get('still');
  let second = '';
  for (let turn = 1; turn <= 202; turn++) {
    await writeLab(directory, 'lab', smallLab(`${turn}`));
    await catalogue.reload();
    if (turn === 2) second = catalogue.get('lab').version;
  }
  t.equal(catalogue.version('lab', first).title['en'], '202', 'the oldest is forgotten');
  t.equal(catalogue.version('lab', second).title['en'], '2', 'later ones are not');
  t.equal(catalogue.version('still', still.version), still);
});

await t.test('what did not change stays the same object', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab() });
  const catalogue = await createLabCatalogue({ directory, logger: quietLog() });
  const before = catalogue.view('lab');
  await catalogue.reload();
  t.equal(catalogue.view('lab'), before);
});

await t.test('reloads asked for at once share readings, and the last sees the last change', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab('First') });
  const logger = quietLog();
  const catalogue = await createLabCatalogue({ directory, logger });
  const early = catalogue.reload();
  await writeLab(directory, 'lab', smallLab('Second'));
  await Promise.all([early, ...Array.from({ length: 20 }, () => catalogue.reload())]);
  t.equal(catalogue.get('lab').title['en'], 'Second');
  t.equal(logger.lines.filter(({ message }) => message === 'Labs read').length, 3);
});

await t.test('without the folder there is no start, and a reload leaves all as it was', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab() });
  const catalogue = await createLabCatalogue({ directory, logger: quietLog() });
  await rm(directory, { recursive: true });
  await t.rejects(catalogue.reload(), { code: 'CONFIG_INVALID', message: /BERTH_LABS_DIR/ });
  t.equal(catalogue.get('lab').title['en'], 'Small');
  await t.rejects(createLabCatalogue({ directory, logger: quietLog() }), { code: 'CONFIG_INVALID' });
});
