import { test } from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { openSaves } from '../../kit/sessions/saved-sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { environmentOf, whenState } from '../../kit/sessions/sessions.ts';

/** Everything that must survive: owners, modes, links, installed packages, and a volume's content. */
const WORK = `set -e
  echo notes >/home/learner/notes; chown learner:users /home/learner/notes; chmod 640 /home/learner/notes
  cp /bin/true /usr/local/bin/tool; chown 1000:7 /usr/local/bin/tool; chmod 4755 /usr/local/bin/tool
  ln -s /home/learner/notes /srv/link
  mkdir -m 1777 /data/spool; echo row >/data/spool/row; chown 1234:4321 /data/spool/row; chmod 2750 /data/spool/row`;
const TELL = `stat -c '%n %a %u:%g %s' /home/learner/notes /usr/local/bin/tool /data/spool /data/spool/row
  readlink /srv/link; cat /home/learner/notes /data/spool/row; grep -c ' /data ' /proc/self/mounts`;

await test('saved work exists when the session resumes, in other machines at another time', async (t) => {
  const { database, service, saves, actors, ready, run, saved, leaves } = await openSaves(t);
  const { owner } = actors;
  const first = await ready();
  const { id } = first;
  const environment = await environmentOf(database, id);
  await run(id, WORK);
  await run(id, 'echo too >/var/db', { machine: 'db' });
  const before = await run(id, TELL);
  t.match(before, /notes 640 1000:100 6\n.*tool 4755 1000:7 .*spool 1777 0:0 .*row 2750 1234:4321 4/s);

  const saving = await saves.save(owner, id);
  t.match(saving, { state: 'saving', saving: { percent: 0 } });
  t.equal(await outcomeOf(() => service.machine(owner, id, 'main')), 'SESSION_NOT_READY');
  const put = await whenState(service, id, 'saved', 'ready', 'failed');
  t.match(put, { state: 'saved', saveProblem: undefined, reason: undefined });
  await leaves(0, 3);
  await until(async () => (await database.client.subnet.count()) === 0);
  const [state] = (await saves.list(owner, {}, { first: 5 })).items;
  t.match(state?.node, { id: put.savedStateId, sessionId: id, labSlug: 'lab-0', isFork: false });
  t.ok((state?.node.bytes ?? 0) > 1000 && (state?.node.bytes ?? 0) < 10_000_000, String(state?.node.bytes));
  t.equal((await service.start(owner, { lab: 'lab-0' })).state, 'saved', 'a start returns it unchanged');

  const queued = await saves.resume(owner, id);
  t.match(queued, { id, state: 'queued' });
  t.match(await whenState(service, id, 'ready', 'failed', 'saved'), { state: 'ready', reason: undefined });
  t.not(await environmentOf(database, id), environment);
  t.equal(await run(id, TELL), before);
  t.equal(await run(id, 'cat /var/db', { machine: 'db' }), 'too\n');
  t.equal(
    await run(id, 'echo $HOME; whoami; getent hosts db | wc -l', { user: 'learner' }),
    '/home/learner\nlearner\n1\n',
  );

  await run(id, 'echo more >>/home/learner/notes');
  t.match(await saved(id), { state: 'saved' });
  await leaves(0, 3);
  // The newer state has replaced the older.
  await until(async () => (await database.client.savedState.count()) === 1);
  await saves.resume(owner, id);
  await whenState(service, id, 'ready', 'failed');
  t.equal(await run(id, 'cat /home/learner/notes'), 'notes\nmore\n');
  await service.delete(owner, id);
  await leaves(0, 0);
  await until(async () => (await database.client.savedState.count()) === 0);
});

await test('a reset session is as the lab defines it, and its saved state is removed', async (t) => {
  const { database, service, saves, actors, ready, run, saved, leaves } = await openSaves(t);
  const { owner } = actors;
  const { id } = await ready();
  await run(id, 'echo mine >/root/mine');
  const environment = await environmentOf(database, id);
  t.match(await saves.reset(owner, id), { id, state: 'queued', savedStateId: undefined });
  await whenState(service, id, 'ready', 'failed');
  t.not(await environmentOf(database, id), environment);
  await leaves(1, 0);
  t.equal(await run(id, 'ls /root /data'), '/data:\n\n/root:\n');

  await saved(id);
  await leaves(0, 3);
  await saves.reset(owner, id);
  await whenState(service, id, 'ready', 'failed');
  await leaves(1, 0);
  await service.stop(owner, id);
  await whenState(service, id, 'ended');
  t.equal(await outcomeOf(() => saves.reset(owner, id)), 'SESSION_STATE_CONFLICT');
  t.equal(await outcomeOf(() => saves.resume(owner, id)), 'SESSION_STATE_CONFLICT');
});

await test('if somebody removed the saved state, its learner is notified and starts from the beginning', async (t) => {
  const { engine, service, saves, actors, ready, saved, leaves } = await openSaves(t);
  const { owner } = actors;
  const { id } = await ready('lab-1');
  await saved(id);
  await leaves(0, 1);
  // As `docker image prune --all` does.
  for (const { names } of await engine.listImages()) await engine.removeImage(names[0] ?? '');
  await saves.resume(owner, id);
  await until(async () => (await service.get(owner, id)).reason !== undefined);
  t.match(await whenState(service, id, 'saved', 'failed', 'ready'), {
    state: 'saved',
    reason: { code: 'IMAGE_NOT_FOUND', message: /somebody removed it: reset the lab/ },
  });
  await saves.reset(owner, id);
  t.match(await whenState(service, id, 'ready', 'failed'), { state: 'ready', reason: undefined });
});

await test("a copy has the learner's work, while the learner continues", async (t) => {
  const { service, saves, actors, ready, run, saved, leaves } = await openSaves(t);
  const { owner, instructor } = actors;
  const { id } = await ready();
  await run(id, WORK);
  const before = await run(id, TELL);
  const fork = await saves.fork(instructor, id);
  t.match(fork, { learnerId: instructor.userId, forkOfId: id, state: 'saving' });
  t.equal((await service.get(owner, id)).state, 'ready', 'the learner keeps working');
  const [own, made] = await Promise.all([
    service.start(instructor, { lab: 'lab-0' }),
    whenState(service, fork.id, 'ready', 'failed'),
  ]);
  t.not(own.id, fork.id, 'the instructor has a session of the lab, too');
  t.equal(made.state, 'ready');
  t.equal(await run(fork.id, TELL, { actor: instructor }), before);
  await run(fork.id, 'rm /data/spool/row', { actor: instructor });
  t.equal(await run(id, TELL), before);
  await service.delete(instructor, own.id);
  await service.delete(instructor, fork.id);
  await leaves(1, 0);

  await saved(id);
  await leaves(0, 3);
  const copies = [await saves.fork(instructor, id), await saves.fork(instructor, id)];
  for (const copy of copies) {
    t.equal((await whenState(service, copy.id, 'ready', 'failed')).state, 'ready');
    t.equal(await run(copy.id, TELL, { actor: instructor }), before);
  }
  await leaves(2, 3);
  // The state that copies started from stays for them, and is removed with the last one.
  await saves.delete(owner, (await service.get(owner, id)).savedStateId ?? '');
  t.match(await whenState(service, id, 'ended'), { reason: undefined });
  for (const copy of copies) await service.stop(instructor, copy.id);
  await leaves(0, 0);
});
