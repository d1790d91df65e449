import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { createEncryption } from '../../../src/core/encryption.ts';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { createFollower } from '../../../src/domains/labs/sources/follower.ts';
import { createLabSourceStore } from '../../../src/domains/labs/sources/lab-source-store.ts';
import { createKeptVersions } from '../../../src/domains/labs/versions/kept-versions.ts';
import type { LabReader } from '../../../src/domains/labs/reading/reader-thread.ts';
import { readLabFiles } from '../../../src/domains/labs/reading/read-lab.ts';
import { createLabVersionStore } from '../../../src/domains/labs/versions/version-store.ts';
import { eachDatabase, freshDatabase } from '../../kit/database/databases.ts';
import { emptyFolder } from '../../kit/labs/git-repository.ts';
import { admin, openSources } from '../../kit/labs/lab-sources.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';

const readFiles: LabReader = async (slug, content) => readLabFiles(slug, content);

await eachDatabase(
  t,
  'a source that is removed during its refresh leaves nothing behind',
  async (t, database) => {
    const { repository, commit } = await openSources(t, database);
    await commit({ one: 'One' });
    const encryption = await createEncryption({ secretKey: 'ab'.repeat(32), dataDir: '/none' });
    const sources = createLabSourceStore({ database, encryption });
    const store = createLabVersionStore({ database });
    const usual = { versionsInUse: async () => [], keepDays: 1, clock: systemClock, log: quietLog() };
    const versions = createKeptVersions({ ...usual, store, readFiles });
    const source = { name: 'Ours', address: repository.path, ref: undefined, folder: '', everyMinutes: 1 };
    const { id } = (await sources.add(source, new Date()))!;
    const stopping = new AbortController();
    let removed = false;
    const follower = createFollower({
      sources,
      versions: {
        async keep(read) {
          await versions.keep(read);
          await sources.remove(id);
          removed = true;
        },
      },
      readFiles,
      changed: async () => {},
      protocols: ['file'],
      leaseOwner: 'me',
      isGone: () => false,
      clock: systemClock,
      log: quietLog(),
    });
    const work = follower.maintain(stopping.signal);
    await until(() => removed);
    stopping.abort();
    await work;
    t.same(await store.present(), []);
  },
);

await eachDatabase(t, 'a damaged stored version does not affect other labs', async (t, database) => {
  const { open, add, commit } = await openSources(t, database);
  await commit({ one: 'One', two: 'Two' });
  const labs = await open();
  await add(labs);
  await until(() => labs.titles()['two'] !== undefined);
  await labs.close();
  const content = Uint8Array.from(Buffer.from('damaged'));
  await database.client.labVersion.updateMany({ where: { labSlug: 'two' }, data: { content } });
  t.same((await open({ follow: false })).titles(), { own: 'Own', one: 'One' });
});

await eachDatabase(t, 'the result of a refresh is published, even if delayed', async (t, database) => {
  const { open, add, commit, events } = await openSources(t, database);
  await commit({ one: 'One' });
  let failures = 1;
  const on: EventBus = {
    ...events,
    async publish(...args) {
      if (failures-- > 0) throw new Error('Redis is away.');
      await events.publish(...args);
    },
  };
  const [mine, other] = [await open({ on }), await open({ follow: false })];
  const { id } = await add(mine);
  await until(() => mine.titles()['one'] !== undefined);
  t.equal(other.titles()['one'], undefined);
  await mine.sources.check(admin, id);
  await until(() => other.titles()['one'] !== undefined);
});

await t.test("leftovers of a dead process's fetch are removed at the next start", async (t) => {
  const root = await emptyFolder(t);
  const owner = Buffer.from('another boot/1/run/one').toString('base64url');
  const left = join(root, `berth-work-${owner}.left`);
  await mkdir(join(left, '.git'), { recursive: true });
  await utimes(left, new Date(0), new Date(0));
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = root;
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  });
  const { open } = await openSources(t, await freshDatabase(t, 'sqlite'));
  await open();
  await until(async () => !(await readdir(root)).includes(`berth-work-${owner}.left`));
  t.pass();
});
