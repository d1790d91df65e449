import { test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { newId } from '../../../src/core/ids.ts';
import type { SaveService } from '../../../src/domains/sessions/saves/saved-state.ts';
import type { SessionService, SessionState } from '../../../src/domains/sessions/session.ts';
import { mayStay } from '../../../src/domains/terminals/viewer-access.ts';
import type { RecordingService } from '../../../src/domains/terminals/recordings/recording.ts';
import { askAsEach, createActors } from '../../kit/service/actors.ts';
import type { ActorName, Actors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { recordingWorld } from '../../kit/terminals/recordings.ts';
import { workAccessOn } from '../../kit/service/courses.ts';
import { openSessions, putInState } from '../../kit/sessions/sessions.ts';

const page = { first: 10 };

interface Services {
  sessions: SessionService;
  saves: SaveService;
  ownerId: string;
}

/** An operation, and its result for each actor if the session belongs to an admin. The owner is that admin. */
interface Operation {
  name: string;
  state: SessionState;
  ask: (services: Services, actor: Actor | undefined, id: string, state: string) => Promise<unknown>;
  expected: Record<ActorName, unknown>;
}

const hidden = { other: 'SESSION_NOT_FOUND', instructor: 'SESSION_NOT_FOUND', nobody: 'UNAUTHENTICATED' };
const staff = { owner: 'ok', admin: 'ok', ...hidden };
const ownersAlone = { owner: 'ok', admin: 'FORBIDDEN', ...hidden };
const seen = { owner: true, admin: true, other: false, instructor: false, nobody: 'UNAUTHENTICATED' };

const operations: Operation[] = [
  { name: 'get', state: 'ready', ask: ({ sessions }, actor, id) => sessions.get(actor, id), expected: staff },
  {
    name: 'getMany',
    state: 'ready',
    ask: async ({ sessions }, actor, id) => (await sessions.getMany(actor, [id]))[0] !== undefined,
    expected: seen,
  },
  {
    name: 'queuePositions',
    state: 'queued',
    ask: async ({ sessions }, actor, id) => (await sessions.queuePositions(actor, [id]))[0] !== undefined,
    expected: seen,
  },
  {
    name: 'list',
    state: 'ready',
    ask: async ({ sessions }, actor) => (await sessions.list(actor, {}, page)).items.length > 0,
    expected: seen,
  },
  {
    name: 'machine',
    state: 'ready',
    ask: ({ sessions }, actor, id) => sessions.machine(actor, id, 'main'),
    expected: staff,
  },
  {
    name: 'stop',
    state: 'ready',
    ask: ({ sessions }, actor, id) => sessions.stop(actor, id),
    expected: staff,
  },
  {
    name: 'restart',
    state: 'queued',
    ask: ({ sessions }, actor, id) => sessions.restart(actor, id),
    // Permitted, but the session is not ready.
    expected: { ...ownersAlone, owner: 'SESSION_STATE_CONFLICT' },
  },
  {
    name: 'extend',
    state: 'ready',
    ask: ({ sessions }, actor, id) => sessions.extend(actor, id, 10),
    expected: staff,
  },
  {
    name: 'delete',
    state: 'ended',
    ask: ({ sessions }, actor, id) => sessions.delete(actor, id),
    expected: { ...seen, admin: 'FORBIDDEN' },
  },
  {
    name: 'save',
    state: 'ready',
    ask: ({ saves }, actor, id) => saves.save(actor, id),
    expected: ownersAlone,
  },
  {
    name: 'resume',
    state: 'saved',
    ask: ({ saves }, actor, id) => saves.resume(actor, id),
    expected: ownersAlone,
  },
  {
    name: 'reset',
    state: 'saved',
    ask: ({ saves }, actor, id) => saves.reset(actor, id),
    expected: staff,
  },
  { name: 'fork', state: 'saved', ask: ({ saves }, actor, id) => saves.fork(actor, id), expected: staff },
  {
    name: 'list of saved work',
    state: 'saved',
    ask: async ({ saves }, actor) => (await saves.list(actor, {}, page)).items.length > 0,
    expected: seen,
  },
  {
    name: 'saved work by id',
    state: 'saved',
    ask: async ({ saves }, actor, _id, state) => (await saves.getMany(actor, [state]))[0] !== undefined,
    expected: seen,
  },
  {
    name: 'size of saved work',
    state: 'saved',
    ask: ({ saves, ownerId }, actor) => saves.usage(actor, ownerId),
    expected: { ...staff, other: 'USER_NOT_FOUND', instructor: 'USER_NOT_FOUND' },
  },
  {
    name: 'delete of saved work',
    state: 'saved',
    ask: ({ saves }, actor, _id, state) => saves.delete(actor, state),
    expected: seen,
  },
];

/** Makes the owner of the session an admin. */
async function promoteOwner(database: Database, actors: Actors): Promise<Actors> {
  await database.client.user.update({ where: { id: actors.owner.userId }, data: { role: 'admin' } });
  return { ...actors, owner: { ...actors.owner, role: 'admin' } };
}

/** A session of the owner in `state`, their only one. A saved one has a state with an image. */
async function sessionIn(database: Database, sessions: SessionService, owner: Actor, state: SessionState) {
  await database.client.savedState.deleteMany();
  await database.client.session.deleteMany();
  const { id } = await sessions.start(owner, { lab: 'lab-0' });
  await putInState(database, id, state);
  if (state !== 'saved') return { id, savedStateId: '' };
  const { learnerId, labSlug, labVersion } = await database.client.session.findUniqueOrThrow({
    where: { id },
  });
  const savedStateId = newId();
  await database.client.savedState.create({
    data: {
      id: savedStateId,
      learnerId,
      labSlug,
      labVersion,
      sessionId: id,
      madeById: learnerId,
      currentFor: id,
      state: 'complete',
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 1e9),
      images: { create: [{ machineName: 'main', image: `saved:${savedStateId}` }] },
    },
  });
  await database.client.session.update({ where: { id }, data: { savedStateId } });
  return { id, savedStateId };
}

/** The result for each actor: the code of a fault, `ok`, or whether anything was found. */
async function answers(actors: Actors, ask: (actor: Actor | undefined) => Promise<unknown>) {
  const found: Partial<Record<ActorName, unknown>> = {};
  const outcomes = await askAsEach(actors, async (actor, name) => {
    const answer = await ask(actor);
    if (typeof answer === 'boolean') found[name] = answer;
  });
  return { ...outcomes, ...found };
}

await test('instructors cannot access sessions of admins', async (t) => {
  await eachDatabase(t, 'sessions-of-admins', async (t, database) => {
    const { service: sessions, saves } = openSessions(t, database);
    const actors = await promoteOwner(database, await createActors(database));
    const ownerId = actors.owner.userId;
    for (const { name, state, ask, expected } of operations) {
      const outcomes = await answers(actors, async (actor) => {
        const { id, savedStateId } = await sessionIn(database, sessions, actors.owner, state);
        return ask({ sessions, saves, ownerId }, actor, id, savedStateId);
      });
      t.same(outcomes, expected, name);
    }
  });
});

await test("an admin's copy of a learner's session is hidden from instructors", async (t) => {
  await eachDatabase(t, 'copies-of-admins', async (t, database) => {
    const { service: sessions, saves } = openSessions(t, database);
    const actors = await createActors(database);
    const { savedStateId } = await sessionIn(database, sessions, actors.owner, 'saved');
    const { userId } = actors.admin;
    await database.client.savedState.update({ where: { id: savedStateId }, data: { madeById: userId } });
    t.same((await saves.list(actors.instructor, {}, page)).items, []);
    t.same(await saves.getMany(actors.instructor, [savedStateId]), [undefined]);
    t.match(await saves.getMany(actors.admin, [savedStateId]), [{ id: savedStateId }]);
  });
});

await test('instructors can neither watch nor help in terminals of admins, nor stay when a learner becomes one', async (t) => {
  await eachDatabase(t, 'terminals-of-admins', async (t, database) => {
    const actors = await createActors(database);
    const { userId: learnerId } = actors.owner;
    const who = Object.values(actors);
    const actorOf = async (userId: string) =>
      who.find((actor: Actor | undefined) => actor?.userId === userId);
    const stay = ({ userId }: Actor) =>
      mayStay({ actorOf, workAccess: workAccessOn(database) }, userId, { learnerId });
    t.equal(await stay(actors.instructor), true);
    await promoteOwner(database, actors);
    t.equal(await stay(actors.instructor), false);
    t.equal(await stay(actors.admin), true);
    t.equal(await stay(actors.owner), true);
    t.equal(await stay(actors.other), false);
  });
});

await test('instructors can neither see nor delete recordings of admins', async (t) => {
  await eachDatabase(t, 'recordings-of-admins', async (t, database) => {
    const world = await recordingWorld(t, database);
    const { id, terminalId } = await world.record();
    const actors = await promoteOwner(database, world.actors);
    const asked: Record<string, (service: RecordingService, actor: Actor | undefined) => Promise<unknown>> = {
      get: (service, actor) => service.get(actor, id),
      read: (service, actor) => service.read(actor, id, { gzip: false }),
      list: async (service, actor) => (await service.list(actor, {}, page)).items.length > 0,
      ofTerminals: async (service, actor) =>
        (await service.ofTerminals(actor, [terminalId]))[0] !== undefined,
    };
    const gone = 'RECORDING_NOT_FOUND';
    const expected: Record<string, Record<ActorName, unknown>> = {
      get: { owner: 'ok', admin: 'ok', other: gone, instructor: gone, nobody: 'UNAUTHENTICATED' },
      read: { owner: 'ok', admin: 'ok', other: gone, instructor: gone, nobody: 'UNAUTHENTICATED' },
      list: seen,
      ofTerminals: seen,
    };
    for (const [name, ask] of Object.entries(asked)) {
      t.same(await answers(actors, (actor) => ask(world.service, actor)), expected[name], name);
    }
    t.equal(await world.service.delete(actors.instructor, id), false);
    t.equal(await world.service.delete(actors.admin, id), true);
  });
});
