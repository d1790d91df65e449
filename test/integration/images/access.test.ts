import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import t from 'tap';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { askAsEach, createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { MACHINE_IMAGE } from '../../kit/engine/engines.ts';
import { createImageWorld } from '../../kit/service/image-world.ts';

const staff = {
  owner: 'FORBIDDEN',
  other: 'FORBIDDEN',
  instructor: 'ok',
  admin: 'ok',
  nobody: 'UNAUTHENTICATED',
};
const admins = { ...staff, instructor: 'FORBIDDEN' };

await t.test('staff can see images and jobs, and admins can do the rest', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { service, jobs, credentials, ended, engine } = await createImageWorld(t, database);
  const actors = await createActors(database);
  const absent = `berth-test/${randomBytes(6).toString('hex')}:1`;
  const job = await service.prune(actors.admin);
  t.equal(job.startedById, actors.admin.userId);
  await ended(job);
  // No other test removes it.
  const image = await engine.find(MACHINE_IMAGE);
  const uploads: Readable[] = [];
  const upload = () => {
    const tar = Readable.from([Buffer.from('no tar')]);
    uploads.push(tar);
    return tar;
  };
  const table: [typeof admins, string, (actor: Actor | undefined) => Promise<unknown>][] = [
    [staff, 'list', (actor) => service.list(actor, { first: 5 })],
    [staff, 'get', (actor) => service.get(actor, image?.id ?? '')],
    [staff, 'folders', (actor) => service.folders(actor)],
    [staff, 'job', (actor) => jobs.get(actor, job.id)],
    [staff, 'jobs', (actor) => jobs.list(actor, {}, { first: 5 })],
    [staff, 'log', (actor) => jobs.log(actor, job.id)],
    [admins, 'cancel', (actor) => jobs.cancel(actor, job.id)],
    [admins, 'pull', (actor) => service.pull(actor, 'registry.invalid/x:1')],
    [admins, 'upload', (actor) => service.buildUpload(actor, { name: absent, tar: upload() })],
    [admins, 'remove', (actor) => service.remove(actor, absent)],
    [admins, 'prune', (actor) => service.prune(actor)],
    [admins, 'credentials', (actor) => credentials.list(actor)],
    [
      admins,
      'set credentials',
      (actor) => credentials.set(actor, { registry: 'r.example', username: 'a', password: 'b' }),
    ],
    [admins, 'remove credentials', (actor) => credentials.remove(actor, 'r.example')],
  ];
  for (const [expected, what, ask] of table) t.same(await askAsEach(actors, ask), expected, what);
  t.ok(
    uploads.every(({ destroyed }) => destroyed),
    'a rejected upload is not kept open',
  );
  t.same(await askAsEach(actors, (actor) => service.buildFolder(actor, 'x')), {
    ...admins,
    admin: 'NOT_FOUND',
  });

  const reader: Actor = { ...actors.admin, scopes: ['read'] };
  await t.rejects(service.prune(reader), { code: 'FORBIDDEN' });
  await t.rejects(jobs.cancel(reader, job.id), { code: 'FORBIDDEN' });
  await t.rejects(jobs.get(actors.admin, 'none'), { code: 'NOT_FOUND' });
  await t.rejects(jobs.log(actors.admin, 'none'), { code: 'NOT_FOUND' });
  await t.rejects(jobs.cancel(actors.admin, 'none'), { code: 'NOT_FOUND' });
});

await t.test('a password is stored encrypted, and never returned', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { credentials } = await createImageWorld(t, database);
  const { admin } = await createActors(database);
  const set = (registry: string, password = 'pässword') =>
    credentials.set(admin, { registry, username: 'ada', password });
  t.match(await set('registry.example.org:5000'), { registry: 'registry.example.org:5000', username: 'ada' });
  await set('registry.example.org:5000', 'another');
  await set('index.docker.io');
  const listed = await credentials.list(admin);
  t.same(
    listed.map(({ registry }) => registry),
    ['docker.io', 'registry.example.org:5000'],
  );
  const rows = await database.client.registryCredential.findMany();
  t.notMatch(JSON.stringify([listed, rows]), /pässword|another/);
  for (const registry of ['', 'https://registry.example.org', 'registry.example.org/path', 'a b', 'plain']) {
    await t.rejects(set(registry), { code: 'INPUT_INVALID' }, registry);
  }
  await t.rejects(set('r.example', ''), { code: 'INPUT_INVALID', message: /password/ });
  await t.rejects(set('r.example', 'a\nb'), { code: 'INPUT_INVALID' });
  t.equal(await credentials.remove(admin, 'docker.io'), true);
  t.equal(await credentials.remove(admin, 'docker.io'), false);
});
