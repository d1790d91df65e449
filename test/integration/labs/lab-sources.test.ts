import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { eachDatabase } from '../../kit/database/databases.ts';
import { smallLab, writeLab } from '../../kit/labs/lab-folders.ts';
import { admin, look, openSources } from '../../kit/labs/lab-sources.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { until } from '../../kit/basics/until.ts';

await eachDatabase(
  t,
  'labs of a repository appear, change, stay when they become invalid, and disappear',
  async (t, database) => {
    const { open, add, commit } = await openSources(t, database);
    const first = await commit({
      'labs/one': 'One',
      'labs/two': 'Two',
      'other/three': 'Three',
      'labs/.hidden': '',
    });
    const labs = await open();
    const added = await add(labs, { folder: '/labs/' });
    t.match(added, { state: 'waiting', folder: 'labs', commit: undefined });
    await until(() => labs.catalogue.all().length === 3);
    t.same(labs.titles(), { own: 'Own', one: 'One', two: 'Two' });
    await until(async () => (await labs.sources.get(admin, added.id)).state === 'followed');
    t.match(await labs.sources.get(admin, added.id), { commit: first, problems: [], reason: undefined });

    const second = await commit({ 'labs/one': 'One again', 'labs/two': '', 'labs/four': 'Four' });
    t.match(await look(labs, added.id), {
      state: 'followed',
      commit: second,
      problems: [{ lab: 'two' }, {}],
    });
    await until(() => labs.titles()['four'] !== undefined);
    t.same(labs.titles(), { own: 'Own', one: 'One again', two: 'Two', four: 'Four' });
    t.match(labs.catalogue.problems(), [{ source: 'Ours', lab: 'two', file: 'lab.yaml', line: 1 }, {}]);

    t.equal(await labs.sources.remove(admin, added.id), true);
    t.same(labs.titles(), { own: 'Own' });
    t.same(labs.catalogue.problems(), []);
    t.equal(await labs.sources.remove(admin, added.id), false);
  },
);

await eachDatabase(
  t,
  'without the repository, its labs are those of the last refresh, even after a restart',
  async (t, database) => {
    const { open, add, commit, repository } = await openSources(t, database);
    await commit({ one: 'One' });
    const labs = await open();
    const { id } = await add(labs);
    await until(() => labs.titles()['one'] !== undefined);
    await rename(repository.path, `${repository.path}-away`);
    t.match(await look(labs, id), {
      state: 'failed',
      reason: { code: 'GIT_FAILED' },
      commit: /^[0-9a-f]{40}$/,
    });
    t.same(labs.titles(), { own: 'Own', one: 'One' });
    await labs.close();
    const restarted = await open({ follow: false });
    t.same(restarted.titles(), { own: 'Own', one: 'One' });
    await rename(`${repository.path}-away`, repository.path);
    t.match(await look(await open(), id), { state: 'followed', reason: undefined });
  },
);

await eachDatabase(t, 'one process refreshes, and all are notified', async (t, database) => {
  const { open, add, commit } = await openSources(t, database);
  await commit({ one: 'One' });
  const [mine, other] = [await open(), await open({ follow: false })];
  const { id } = await add(mine);
  await until(() => other.titles()['one'] !== undefined);

  // Another process is refreshing. This one waits until the other counts as dead.
  await until(async () => (await mine.sources.get(admin, id)).state === 'followed');
  await commit({ one: 'Two' });
  const hold = (heldUntil: Date) =>
    database.client.labSource.update({
      where: { id },
      data: { heldBy: 'elsewhere/1/x/y', heldUntil, dueAt: new Date(0) },
    });
  await hold(new Date(Date.now() + 3_600_000));
  await mine.close();
  const third = await open();
  await add(third, { name: 'Second' });
  await until(async () => (await third.sources.list(admin))[1]?.state === 'followed');
  t.equal((await third.sources.get(admin, id)).state, 'checking');
  t.equal(third.titles()['one'], 'One');
  await hold(new Date(0));
  await third.sources.check(admin, id);
  await until(() => third.titles()['one'] === 'Two');
});

await eachDatabase(
  t,
  "for one name, the folder's lab precedes the uploaded one, which precedes the repository's",
  async (t, database) => {
    const { directory, open, add, commit } = await openSources(t, database);
    await commit({ one: 'Repository' });
    const labs = await open();
    await add(labs);
    await until(() => labs.titles()['one'] !== undefined);
    const archive = async () => tarOf({ name: 'lab.yaml', body: smallLab('Uploaded')['lab.yaml'] ?? '' });
    t.match(await labs.service.upload(admin, 'one', archive), {
      slug: 'one',
      version: labs.catalogue.get('one').version,
    });
    t.equal(labs.titles()['one'], 'Uploaded');
    await writeLab(directory, 'one', smallLab('Folder'));
    await labs.service.reload(admin);
    t.equal(labs.titles()['one'], 'Folder');
    t.same(
      labs.catalogue.problems().map(({ source, lab, message }) => [source, lab, message.slice(0, 60)]),
      [
        ['upload', 'one', 'is hidden by the lab with the same name in the folder of lab'],
        ['Ours', 'one', 'is hidden by the lab with the same name in the folder of lab'],
      ],
    );
    const wrong = async () => tarOf({ name: 'lab.yaml', body: 'title: 1' });
    await t.rejects(labs.service.upload(admin, 'one', wrong), {
      code: 'LAB_INVALID',
      message: /one\/lab\.yaml:1: title: /,
    });
    t.equal(await labs.service.removeUploaded(admin, 'one'), true);
    t.equal(await labs.service.removeUploaded(admin, 'one'), false);
    t.equal(labs.catalogue.problems().length, 1);
  },
);

await eachDatabase(
  t,
  'files outside of a repository are not read, and addresses are kept secret',
  async (t, database) => {
    const { directory, repository, open, add, commit } = await openSources(t, database);
    await commit({ one: 'One' });
    await symlink(directory, join(repository.path, 'outside'));
    await symlink(join(directory, 'own'), join(repository.path, 'own'));
    // Links cannot turn one lab into many.
    await symlink('one', join(repository.path, 'again'));
    await commit({ two: 'Two' });
    const labs = await open();
    await add(labs);
    await until(() => labs.titles()['two'] !== undefined);
    t.same(labs.titles(), { own: 'Own', one: 'One', two: 'Two' });
    const { id } = await add(labs, { name: 'Out', folder: 'outside' });
    await until(async () => (await labs.sources.get(admin, id)).state === 'failed');
    t.match(await labs.sources.get(admin, id), { reason: { message: /it has no folder "outside"/ } });

    // Nothing listens there.
    const secret = await add(labs, { name: 'Secret', address: 'https://ada:hunter2@127.0.0.1:1/labs.git' });
    t.equal(secret.address, 'https://127.0.0.1:1/labs.git');
    await until(async () => (await labs.sources.get(admin, secret.id)).state === 'failed');
    t.notMatch(JSON.stringify(await labs.sources.list(admin)), /hunter2/);
    t.notMatch(JSON.stringify(await database.client.labSource.findMany()), /hunter2/);

    for (const [changes, message] of [
      [{ name: 'Ours' }, /another name/],
      [{ name: ' ' }, /1 to 60 characters/],
      [{ name: 'A', address: 'ext::sh -c id' }, /not an allowed address of a Git repository/],
      [{ name: 'A', folder: 'a/../../b' }, /not a folder of the repository/],
      [{ name: 'A', ref: '--upload-pack=x' }, /not a valid name of a branch/],
      [{ name: 'A', everyMinutes: 0 }, /from 1 to 10080/],
    ] as const) {
      await t.rejects(add(labs, changes), { code: 'INPUT_INVALID', message }, JSON.stringify(changes));
    }
  },
);
