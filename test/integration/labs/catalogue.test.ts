import { writeFileSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { openCatalogue } from '../../kit/labs/catalogue.ts';
import { eachDatabase, freshDatabase } from '../../kit/database/databases.ts';
import { labsFolder, smallLab, writeLab } from '../../kit/labs/lab-folders.ts';
import { createActors } from '../../kit/service/actors.ts';
import { insertSession } from '../../kit/labs/check-world.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { newId } from '../../../src/core/ids.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const broken = { 'lab.yaml': 'title: Broken\nmachine: []\n' };

const database = (t: Test) => freshDatabase(t, 'sqlite');

await t.test('lists valid labs, and all problems of the others', async (t) => {
  const directory = await labsFolder(t, { good: smallLab('Good'), bad: broken, '.hidden': broken });
  const log = quietLog();
  const catalogue = await openCatalogue(await database(t), directory, { log });
  t.equal(catalogue.get('good').title['en'], 'Good');
  t.equal(catalogue.list({ first: 10 }).items.length, 1);
  t.same(
    catalogue.problems().map(({ lab, line, key }) => ({ lab, line, key })),
    [
      { lab: 'bad', line: 1, key: 'machines' },
      { lab: 'bad', line: 2, key: 'machine' },
    ],
  );
  t.equal(log.lines.filter(({ level }) => level === 'warn').length, 2);
  t.throws(() => catalogue.get('bad'), { code: 'LAB_INVALID', message: /its folder has 2 problems/ });
  t.throws(() => catalogue.get('none'), { code: 'LAB_NOT_FOUND', message: /no lab "none"/ });
  t.equal(catalogue.find('bad'), undefined);
});

await t.test('a lab that becomes invalid keeps its last version until it is fixed', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab('First') });
  const catalogue = await openCatalogue(await database(t), directory);

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

await eachDatabase(
  t,
  'sessions and saved states keep their version of a lab, even after a restart',
  async (t, on) => {
    const directory = await labsFolder(t, { lab: smallLab('First'), gone: smallLab('Gone') });
    const catalogue = await openCatalogue(on, directory);
    const first = catalogue.get('lab').version;
    const gone = catalogue.get('gone').version;
    const { owner, other } = await createActors(on);
    const running = await insertSession(on, owner.userId, 'lab');
    await on.client.session.update({ where: { id: running }, data: { labVersion: first, activeKey: 'one' } });
    const now = new Date();
    const state = {
      id: newId(now),
      madeById: other.userId,
      state: 'complete',
      createdAt: now,
      expiresAt: now,
    } as const;
    await on.client.savedState.create({
      data: { ...state, learnerId: other.userId, labSlug: 'gone', labVersion: gone },
    });

    await writeLab(directory, 'lab', smallLab('Second'));
    await rm(join(directory, 'gone'), { recursive: true });
    await catalogue.reload();
    for (const process of [catalogue, await openCatalogue(on, directory)]) {
      t.equal(process.get('lab').title['en'], 'Second');
      t.equal(process.version('lab', first).title['en'], 'First');
      t.equal(process.version('lab', first).version, first);
      t.equal(process.find('lab')?.title['en'], 'Second');
      t.match(process.find('lab', first), { title: { en: 'First' }, version: first });
      t.equal(process.find('lab', 'forgotten')?.title['en'], 'Second');
      t.equal(process.find('gone'), undefined);
      t.equal(process.find('gone', gone)?.title['en'], 'Gone');
      t.throws(() => process.get('gone'), { code: 'LAB_NOT_FOUND' });
      t.equal(process.version('gone', gone).title['en'], 'Gone');
    }
  },
);

await eachDatabase(
  t,
  'a lab that became invalid keeps its last valid version after a restart',
  async (t, on) => {
    const files = {
      ...smallLab('Right'),
      'start.sh': '#!/bin/sh\nexit 0\n',
      '한글.md': 'Names of all kinds.',
    };
    const directory = await labsFolder(t, { lab: files });
    await chmod(join(directory, 'lab/start.sh'), 0o755);
    const { version } = (await openCatalogue(on, directory)).get('lab');
    await writeLab(directory, 'lab', broken);

    const restarted = await openCatalogue(on, directory);
    t.match(restarted.get('lab'), { version, title: { en: 'Right' } });
    t.equal(restarted.problems().length, 2);

    await rm(join(directory, 'lab'), { recursive: true });
    await restarted.reload();
    await writeLab(directory, 'lab', broken);
    await restarted.reload();
    t.throws(() => restarted.get('lab'), { code: 'LAB_INVALID' }, 'a removed lab stays removed');
  },
);

await eachDatabase(
  t,
  'former versions are removed after some days, except those in use and the current one',
  async (t, on) => {
    const clock = createFakeClock();
    const directory = await labsFolder(t, { lab: smallLab('0') });
    const catalogue = await openCatalogue(on, directory, { clock });
    const used = catalogue.get('lab').version;
    const { owner } = await createActors(on);
    const session = await insertSession(on, owner.userId, 'lab');
    await on.client.session.update({ where: { id: session }, data: { labVersion: used, activeKey: 'one' } });
    const titles = async () => {
      const process = await openCatalogue(on, directory, { clock });
      const rows = await on.client.labVersion.findMany({ orderBy: { createdAt: 'asc' } });
      return {
        present: process.get('lab').title['en'],
        stored: rows.length,
        used: process.version('lab', used).title['en'],
      };
    };
    for (const title of ['1', '2']) {
      await clock.advance(1_000);
      await writeLab(directory, 'lab', smallLab(title));
      await catalogue.reload();
    }
    await clock.advance(29 * DAY_MS);
    t.same(await titles(), { present: '2', stored: 3, used: '0' });
    await clock.advance(2 * DAY_MS);
    t.same(await titles(), { present: '2', stored: 2, used: '0' });
    await on.client.session.update({ where: { id: session }, data: { activeKey: null, state: 'ended' } });
    await clock.advance(31 * DAY_MS);
    t.same(
      await titles(),
      { present: '2', stored: 1, used: '2' },
      'without users, only the current one is left',
    );
  },
);

await t.test('an unchanged lab stays the same object', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab() });
  const catalogue = await openCatalogue(await database(t), directory);
  const before = catalogue.view('lab');
  await catalogue.reload();
  t.equal(catalogue.view('lab'), before);
});

await t.test('simultaneous reloads share a read, and the last one sees the last change', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab('First') });
  const log = quietLog();
  const catalogue = await openCatalogue(await database(t), directory, { log });
  const early = catalogue.reload();
  // Not awaited: the first read must still run.
  writeFileSync(join(directory, 'lab/lab.yaml'), smallLab('Second')['lab.yaml'] ?? '');
  await Promise.all([early, ...Array.from({ length: 20 }, () => catalogue.reload())]);
  t.equal(catalogue.get('lab').title['en'], 'Second');
  t.equal(log.lines.filter(({ message }) => message === 'labs read').length, 3);
});

await t.test('without the folder the start fails, and a reload changes nothing', async (t) => {
  const directory = await labsFolder(t, { lab: smallLab() });
  const catalogue = await openCatalogue(await database(t), directory);
  await rm(directory, { recursive: true });
  await t.rejects(catalogue.reload(), { code: 'CONFIG_INVALID', message: /BERTH_LABS_DIR/ });
  t.equal(catalogue.get('lab').title['en'], 'Small');
  await t.rejects(openCatalogue(await database(t), directory), { code: 'CONFIG_INVALID' });
});
