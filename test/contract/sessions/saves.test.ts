import { test } from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { newId } from '../../../src/core/ids.ts';
import type { SaveService } from '../../../src/domains/sessions/saves/saved-state.ts';
import type { SessionState } from '../../../src/domains/sessions/session.ts';
import { askAsEach, createActors, outcomeOf } from '../../kit/service/actors.ts';
import type { ActorName } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { openSessions, putInState, testCatalogue, testLab } from '../../kit/sessions/sessions.ts';

const hidden = 'SESSION_NOT_FOUND';
const nobody = 'UNAUTHENTICATED';
const ownersAlone = { owner: 'ok', other: hidden, instructor: 'FORBIDDEN', admin: 'FORBIDDEN', nobody };

interface Operation {
  name: string;
  state: SessionState;
  ask: (saves: SaveService, actor: Actor | undefined, id: string) => Promise<unknown>;
  expected: Record<ActorName, string>;
}

const operations: Operation[] = [
  {
    name: 'save',
    state: 'ready',
    ask: (saves, actor, id) => saves.save(actor, id),
    expected: ownersAlone,
  },
  {
    name: 'resume',
    state: 'saved',
    ask: (saves, actor, id) => saves.resume(actor, id),
    expected: ownersAlone,
  },
  {
    name: 'reset',
    state: 'saved',
    ask: (saves, actor, id) => saves.reset(actor, id),
    expected: { ...ownersAlone, instructor: 'ok', admin: 'ok' },
  },
  {
    name: 'fork',
    state: 'saved',
    ask: (saves, actor, id) => saves.fork(actor, id),
    expected: { owner: 'FORBIDDEN', other: hidden, instructor: 'ok', admin: 'ok', nobody },
  },
];

async function setUp(t: Test, database: Database, sessionLimit = 5) {
  const actors = await createActors(database);
  const labs = ['lab-0', 'lab-1', 'lab-2'].map((slug) => testLab(slug));
  const catalogue = testCatalogue(labs);
  return { actors, labs, ...openSessions(t, database, { sessionLimit, catalogue }) };
}

/** A session of the owner in `state`. A saved one has a state with an image. */
async function sessionIn(
  database: Database,
  { service, actors }: Pick<Awaited<ReturnType<typeof setUp>>, 'service' | 'actors'>,
  state: SessionState,
  lab = 'lab-0',
): Promise<{ id: string; savedStateId: string }> {
  const { id } = await service.start(actors.owner, { lab });
  await putInState(database, id, state);
  return { id, savedStateId: state === 'saved' ? await addState(database, id) : '' };
}

async function addState(database: Database, sessionId: string): Promise<string> {
  const session = await database.client.session.findUniqueOrThrow({ where: { id: sessionId } });
  const id = newId();
  const { learnerId, labSlug, labVersion } = session;
  await database.client.savedState.create({
    data: {
      id,
      learnerId,
      labSlug,
      labVersion,
      sessionId,
      currentFor: sessionId,
      madeById: learnerId,
      state: 'complete',
      bytes: 5_000_000_000,
      createdAt: new Date(),
      expiresAt: new Date(),
      images: { create: [{ machineName: 'main', image: `berth/saved:${id}-main` }] },
    },
  });
  await database.client.session.update({ where: { id: sessionId }, data: { savedStateId: id } });
  return id;
}

const clear = (database: Database) => database.client.session.deleteMany({});

await test('each actor may do with saved sessions what the table says', async (t) => {
  await eachDatabase(t, 'access', async (t, database) => {
    const world = await setUp(t, database);
    for (const { name, state, ask, expected } of operations) {
      const outcomes = await askAsEach(world.actors, async (actor) => {
        await clear(database);
        const { id } = await sessionIn(database, world, state);
        return ask(world.saves, actor, id);
      });
      t.same(outcomes, expected, name);
    }
  });
});

await test('saved states are visible to their creator and staff, and deleted by their owner or an admin', async (t) => {
  await eachDatabase(t, 'states', async (t, database) => {
    const world = await setUp(t, database);
    const { actors, saves } = world;
    const { owner, other, instructor, admin } = actors;
    const { id, savedStateId } = await sessionIn(database, world, 'saved');
    await saves.fork(instructor, id);
    const seen = async (filter: { learnerId?: string; lab?: string }) =>
      Promise.all(
        [owner, other, instructor, admin].map(
          async (actor) => (await saves.list(actor, filter, { first: 5 })).items.length,
        ),
      );
    t.same(await seen({}), [1, 0, 2, 2], 'the copy does not belong to the learner');
    t.same(await seen({ learnerId: owner.userId }), [1, 0, 2, 2]);
    t.same(await seen({ learnerId: other.userId }), [0, 0, 0, 0]);
    t.same(await seen({ lab: 'lab-1' }), [0, 0, 0, 0]);
    t.equal(await outcomeOf(() => saves.list(undefined, {}, { first: 5 })), nobody);
    const [gone, theirs] = await saves.getMany(other, ['gone', savedStateId]);
    t.same([gone, theirs], [undefined, undefined]);
    t.match(await saves.getMany(owner, [savedStateId]), [{ id: savedStateId, bytes: 5_000_000_000 }]);

    const answers: Partial<Record<ActorName, unknown>> = {};
    for (const name of ['other', 'instructor', 'nobody', 'owner', 'admin'] as const) {
      await clear(database);
      const saved = await sessionIn(database, world, 'saved');
      const code = await outcomeOf(async () => {
        answers[name] = await saves.delete(actors[name], saved.savedStateId);
      });
      answers[name] ??= code;
    }
    t.same(answers, { owner: true, other: false, instructor: 'FORBIDDEN', admin: true, nobody });
  });
});

await test('a saved session does not use a slot of its learner until it resumes', async (t) => {
  await eachDatabase(t, 'limit', async (t, database) => {
    const world = await setUp(t, database, 1);
    const { service, saves, actors } = world;
    const { owner } = actors;
    const { id } = await sessionIn(database, world, 'saved');
    const started = await service.start(owner, { lab: 'lab-0' });
    t.match(started, { id, state: 'saved' });
    t.equal(await outcomeOf(() => service.start(owner, { lab: 'lab-1' })), 'ok');
    t.equal(await outcomeOf(() => saves.resume(owner, id)), 'SESSION_LIMIT');
    t.equal(await outcomeOf(() => saves.reset(owner, id)), 'SESSION_LIMIT');
    t.equal((await service.get(owner, id)).state, 'saved');
  });
});

await test('resuming starts a new lifetime from the request, and only one request takes effect', async (t) => {
  await eachDatabase(t, 'resume', async (t, database) => {
    const world = await setUp(t, database);
    const { saves, actors } = world;
    const { id, savedStateId } = await sessionIn(database, world, 'saved');
    const long = new Date(Date.now() - 7 * 24 * 60 * 60_000);
    await database.client.session.update({
      where: { id },
      data: { createdAt: long, expiresAt: long, endsAt: long, reasonCode: 'SESSION_IDLE', warnedAt: long },
    });
    const all = await Promise.allSettled([1, 2, 3].map(() => saves.resume(actors.owner, id)));
    t.equal(all.filter(({ status }) => status === 'fulfilled').length, 1);
    const row = await database.client.session.findUniqueOrThrow({ where: { id } });
    t.match(row, { state: 'queued', savedStateId, reasonCode: null, warnedAt: null, generation: 1 });
    t.ok(
      row.endsAt > new Date(Date.now() + 119 * 60_000) && row.endsAt < new Date(Date.now() + 121 * 60_000),
    );
    const state = await database.client.savedState.findUniqueOrThrow({ where: { id: savedStateId } });
    t.ok(state.expiresAt > new Date(Date.now() + 29 * 24 * 60 * 60_000), 'its age starts again');
    t.equal(await outcomeOf(() => saves.delete(actors.owner, savedStateId)), 'SESSION_STATE_CONFLICT');
  });
});

await test('a reset uses the current lab, keeps the session, and never creates two', async (t) => {
  await eachDatabase(t, 'reset', async (t, database) => {
    const world = await setUp(t, database);
    const { service, saves, actors, labs } = world;
    const { owner } = actors;
    const { id, savedStateId } = await sessionIn(database, world, 'saved');
    Object.assign(labs[0] ?? {}, { version: 'version-2' });
    t.match(await saves.reset(owner, id), { id, labVersion: 'version-2', state: 'queued' });
    t.match(await database.client.savedState.findUniqueOrThrow({ where: { id: savedStateId } }), {
      state: 'removing',
      currentFor: null,
    });
    t.equal((await service.start(owner, { lab: 'lab-0' })).id, id);

    await putInState(database, id, 'failed');
    const again = await Promise.allSettled([
      saves.reset(owner, id),
      saves.reset(owner, id),
      service.start(owner, { lab: 'lab-0' }),
    ]);
    t.ok(again.some(({ status }) => status === 'fulfilled'));
    const active = await database.client.session.findMany({ where: { activeKey: { not: null } } });
    t.equal(active.length, 1);
    await putInState(database, id, 'failed');
    if (active[0]?.id === id) await service.start(owner, { lab: 'lab-0' });
    t.equal(await outcomeOf(() => saves.reset(owner, id)), 'SESSION_STATE_CONFLICT', 'it has a successor');
    for (const state of ['requested', 'provisioning', 'unreachable', 'stopping', 'ended'] as const) {
      await clear(database);
      const busy = await sessionIn(database, world, state);
      t.equal(await outcomeOf(() => saves.reset(owner, busy.id)), 'SESSION_STATE_CONFLICT', state);
    }
  });
});

await test("copies of a saved session share its images, next to the copier's own session", async (t) => {
  await eachDatabase(t, 'copies', async (t, database) => {
    const world = await setUp(t, database, 3);
    const { service, saves, actors } = world;
    const { owner, instructor } = actors;
    const { id, savedStateId } = await sessionIn(database, world, 'saved');
    await service.start(instructor, { lab: 'lab-0' });
    const copies = await Promise.all([saves.fork(instructor, id), saves.fork(instructor, id)]);
    t.match(copies, [
      { state: 'queued', forkOfId: id, learnerId: instructor.userId },
      { state: 'queued', forkOfId: id },
    ]);
    t.equal(await outcomeOf(() => saves.fork(instructor, id)), 'SESSION_LIMIT');
    const images = await database.client.savedImage.findMany({});
    t.same(
      images.map(({ image }) => image),
      Array.from({ length: 3 }, () => `berth/saved:${savedStateId}-main`),
    );
    t.equal(await outcomeOf(() => saves.reset(instructor, copies[0]?.id ?? '')), 'SESSION_STATE_CONFLICT');
    t.equal((await service.get(owner, id)).state, 'saved');
    for (const state of ['requested', 'provisioning', 'saving', 'failed'] as const) {
      await clear(database);
      const busy = await sessionIn(database, world, state);
      t.equal(await outcomeOf(() => saves.fork(instructor, busy.id)), 'SESSION_STATE_CONFLICT', state);
    }
  });
});

await test('a running session survives the deletion of its saved state, and a saved one ends', async (t) => {
  await eachDatabase(t, 'delete', async (t, database) => {
    const world = await setUp(t, database);
    const { service, saves, actors } = world;
    const { owner } = actors;
    const { id } = await sessionIn(database, world, 'ready');
    const savedStateId = await addState(database, id);
    t.equal(await saves.delete(owner, savedStateId), true);
    t.match(await service.get(owner, id), { state: 'ready', savedStateId: undefined });
    t.equal(await saves.delete(owner, savedStateId), false);

    const put = await sessionIn(database, world, 'saved', 'lab-1');
    t.equal(await saves.delete(owner, put.savedStateId), true);
    t.equal((await service.get(owner, put.id)).state, 'stopping');
    t.equal(await database.client.savedState.count({ where: { state: 'removing' } }), 2);
  });
});
