import { test } from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import type { SessionService, SessionState } from '../../../src/domains/sessions/session.ts';
import { askAsEach, createActors, outcomeOf } from '../../kit/service/actors.ts';
import type { ActorName, Actors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { openSessions, putInState } from '../../kit/sessions/sessions.ts';

interface Operation {
  name: string;
  state: SessionState;
  ask: (service: SessionService, actor: Actor | undefined, id: string) => Promise<unknown>;
  expected: Record<ActorName, string>;
}

const page = { first: 10 };
const hidden = 'SESSION_NOT_FOUND';
const nobody = 'UNAUTHENTICATED';

/** Each operation on the session of `owner`, and its result for each actor. */
const operations: Operation[] = [
  {
    name: 'get',
    state: 'ready',
    ask: (service, actor, id) => service.get(actor, id),
    expected: { owner: 'ok', other: hidden, instructor: 'ok', admin: 'ok', nobody },
  },
  {
    name: 'machine',
    state: 'ready',
    ask: (service, actor, id) => service.machine(actor, id, 'main'),
    expected: { owner: 'ok', other: hidden, instructor: 'ok', admin: 'ok', nobody },
  },
  {
    name: 'stop',
    state: 'ready',
    ask: (service, actor, id) => service.stop(actor, id),
    expected: { owner: 'ok', other: hidden, instructor: 'ok', admin: 'ok', nobody },
  },
  {
    // Permitted, but the session is not ready. Restarts are tested on an engine.
    name: 'restart',
    state: 'queued',
    ask: (service, actor, id) => service.restart(actor, id),
    expected: {
      owner: 'SESSION_STATE_CONFLICT',
      other: hidden,
      instructor: 'FORBIDDEN',
      admin: 'FORBIDDEN',
      nobody,
    },
  },
  {
    name: 'extend',
    state: 'ready',
    ask: (service, actor, id) => service.extend(actor, id, 10),
    expected: { owner: 'ok', other: hidden, instructor: 'ok', admin: 'ok', nobody },
  },
];

async function setUp(t: Test, database: Database) {
  const actors = await createActors(database);
  const { service } = openSessions(t, database);
  return { actors, service };
}

async function sessionOf(database: Database, service: SessionService, owner: Actor, state: SessionState) {
  await database.client.session.deleteMany({ where: { learnerId: owner.userId } });
  const { id } = await service.start(owner, { lab: 'lab-0' });
  await putInState(database, id, state);
  return id;
}

await test('each actor may do with a session what the table says', async (t) => {
  await eachDatabase(t, 'access', async (t, database) => {
    const { actors, service } = await setUp(t, database);
    for (const { name, state, ask, expected } of operations) {
      const outcomes = await askAsEach(actors, async (actor) => {
        const id = await sessionOf(database, service, actors.owner, state);
        return ask(service, actor, id);
      });
      t.same(outcomes, expected, name);
    }
  });
});

await test('the owner can delete a session, and another student gets nothing to delete', async (t) => {
  await eachDatabase(t, 'delete', async (t, database) => {
    const { actors, service } = await setUp(t, database);
    const answers: Partial<Record<ActorName, unknown>> = {};
    for (const name of ['other', 'instructor', 'admin', 'nobody', 'owner'] as const) {
      const id = await sessionOf(database, service, actors.owner, 'ended');
      const code = await outcomeOf(async () => {
        answers[name] = await service.delete(actors[name], id);
      });
      answers[name] ??= code;
    }
    t.same(answers, {
      owner: true,
      other: false,
      instructor: 'FORBIDDEN',
      admin: 'FORBIDDEN',
      nobody,
    });
  });
});

await test('lists contain what each actor may see', async (t) => {
  await eachDatabase(t, 'list', async (t, database) => {
    const { actors, service } = await setUp(t, database);
    const { id } = await service.start(actors.owner, { lab: 'lab-0' });
    const seen = async (ask: (actor: Actor) => Promise<number>) => {
      const { owner, other, instructor, admin } = actors;
      return Promise.all([owner, other, instructor, admin].map(ask));
    };
    const all = await seen(async (actor) => (await service.list(actor, {}, page)).items.length);
    t.same(all, [1, 0, 1, 1]);
    const filter = { learnerId: actors.owner.userId };
    const ofOwner = await seen(async (actor) => (await service.list(actor, filter, page)).items.length);
    t.same(ofOwner, [1, 0, 1, 1]);
    const many = await seen(async (actor) => {
      const [gone, session] = await service.getMany(actor, ['gone', id]);
      t.equal(gone, undefined);
      return session ? 1 : 0;
    });
    t.same(many, [1, 0, 1, 1]);
    t.equal(await outcomeOf(() => service.list(undefined, {}, page)), nobody);
    t.equal(await outcomeOf(() => service.getMany(undefined, [id])), nobody);
    t.equal(await outcomeOf(() => service.start(undefined, { lab: 'lab-0' })), nobody);
    t.equal(await outcomeOf(() => service.deleteAllMine(undefined)), nobody);
  });
});

await test('deleting all of my sessions deletes no others', async (t) => {
  await eachDatabase(t, 'deleteAllMine', async (t, database) => {
    const { actors, service } = await setUp(t, database);
    const mine = await service.start(actors.owner, { lab: 'lab-0' });
    const theirs = await service.start(actors.other, { lab: 'lab-0' });
    t.same(await service.deleteAllMine(actors.instructor), []);
    t.same(await service.deleteAllMine(actors.owner), [mine.id]);
    t.same(await service.deleteAllMine(actors.owner), []);
    t.equal(await outcomeOf(() => service.get(actors.owner, mine.id)), hidden);
    t.equal(await outcomeOf(() => service.get(actors.other, theirs.id)), 'ok');
  });
});

await test('a token without the scope is rejected, and does not reveal missing sessions', async (t) => {
  await eachDatabase(t, 'scopes', async (t, database) => {
    const { actors, service } = await setUp(t, database);
    const reading = onlyScope(actors, 'read');
    const learning = onlyScope(actors, 'learn');
    const id = await sessionOf(database, service, actors.owner, 'ready');
    const outcomes = async ({ owner, other, admin }: Actors) => ({
      start: await outcomeOf(() => service.start(owner, { lab: 'lab-0' })),
      get: await outcomeOf(() => service.get(owner, id)),
      machine: await outcomeOf(() => service.machine(owner, id, 'main')),
      extend: await outcomeOf(() => service.extend(owner, id, 5)),
      hidden: await outcomeOf(() => service.get(other, id)),
      stopAsAdmin: await outcomeOf(() => service.stop(admin, id)),
      stop: await outcomeOf(() => service.stop(owner, id)),
    });
    t.same(await outcomes(reading), {
      start: 'FORBIDDEN',
      get: 'ok',
      machine: 'FORBIDDEN',
      extend: 'FORBIDDEN',
      hidden,
      stopAsAdmin: 'FORBIDDEN',
      stop: 'FORBIDDEN',
    });
    t.same(await outcomes(learning), {
      start: 'ok',
      get: 'FORBIDDEN',
      machine: 'ok',
      extend: 'ok',
      hidden,
      stopAsAdmin: 'FORBIDDEN',
      stop: 'ok',
    });
  });
});

function onlyScope(actors: Actors, scope: 'read' | 'learn'): Actors {
  const narrowed = (actor: Actor): Actor => ({ ...actor, scopes: [scope] });
  const { owner, other, instructor, admin } = actors;
  return {
    owner: narrowed(owner),
    other: narrowed(other),
    instructor: narrowed(instructor),
    admin: narrowed(admin),
    nobody: undefined,
  };
}
