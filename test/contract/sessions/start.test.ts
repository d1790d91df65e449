import { test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { newId } from '../../../src/core/ids.ts';
import { createSessionStore } from '../../../src/domains/sessions/session-store.ts';
import { outcomeOf, createActors } from '../../kit/service/actors.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { eachDatabase, freshDatabaseUrl, providers } from '../../kit/database/databases.ts';
import { openSessions, putInState } from '../../kit/sessions/sessions.ts';

await test('a start returns the requested session, with its machines named but not yet created', async (t) => {
  await eachDatabase(t, 'start', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const session = await service.start(owner, { lab: 'lab-0' });
    t.match(session, {
      learnerId: owner.userId,
      labSlug: 'lab-0',
      labVersion: 'version-1',
      state: 'requested',
      generation: 0,
      progress: { phase: 'queued' },
      reason: undefined,
      machines: [{ name: 'main', address: undefined }],
    });
    t.same(await service.get(owner, session.id), session);
    t.equal(await outcomeOf(() => service.start(owner, { lab: 'nonsense' })), 'LAB_NOT_FOUND');
    t.equal(await outcomeOf(() => service.machine(owner, session.id, 'main')), 'SESSION_NOT_READY');
  });
});

await test('many simultaneous starts in two processes return the same session', async (t) => {
  for (const provider of providers) {
    await t.test(provider, async (t) => {
      const url = await freshDatabaseUrl(t, provider);
      const databases = [await openDatabase({ url }), await openDatabase({ url })];
      for (const database of databases) t.teardown(() => database.close());
      const [first] = databases;
      if (!first) throw new Error('There are two.');
      const { owner } = await createActors(first);
      const services = databases.map((database) => openSessions(t, database).service);
      const starts = Array.from({ length: 6 }, () =>
        services.map((service) => service.start(owner, { lab: 'lab-0' })),
      );
      const sessions = await Promise.all(starts.flat());
      t.equal(new Set(sessions.map(({ id }) => id)).size, 1);
      t.equal(await first.client.session.count(), 1);
      t.equal(await first.client.machine.count(), 1);
    });
  }
});

await test('ten labs started at once by one learner become as many sessions as allowed', async (t) => {
  await eachDatabase(t, 'limit', async (t, database) => {
    const { owner, other } = await createActors(database);
    const { service } = openSessions(t, database, { sessionLimit: 3 });
    const labs = Array.from({ length: 10 }, (_, number) => `lab-${number}`);
    const outcomes = await Promise.all(labs.map((lab) => outcomeOf(() => service.start(owner, { lab }))));
    t.equal(outcomes.filter((outcome) => outcome === 'ok').length, 3);
    t.equal(outcomes.filter((outcome) => outcome === 'SESSION_LIMIT').length, 7);
    const { items } = await service.list(owner, {}, { first: 10 });
    t.equal(items.length, 3);
    t.equal(await outcomeOf(() => service.start(other, { lab: 'lab-0' })), 'ok', 'others are not affected');
    const open = items[0]?.node;
    if (!open) throw new Error('There are three.');
    t.equal((await service.start(owner, { lab: open.labSlug })).id, open.id, 'an existing one is returned');
    await service.stop(owner, open.id);
    t.equal(await outcomeOf(() => service.start(owner, { lab: 'lab-11' })), 'ok', 'a stop frees a slot');
  });
});

await test('a stopping session counts against the limit until the engine has removed it', async (t) => {
  await eachDatabase(t, 'stopping', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database, { sessionLimit: 1 });
    const { id } = await service.start(owner, { lab: 'lab-0' });
    await putInState(database, id, 'ready');
    await database.client.session.update({ where: { id }, data: { environmentId: 'held' } });
    await service.stop(owner, id);
    t.equal(await outcomeOf(() => service.start(owner, { lab: 'lab-0' })), 'SESSION_LIMIT');
    await service.delete(owner, id);
    t.equal(
      await outcomeOf(() => service.start(owner, { lab: 'lab-1' })),
      'SESSION_LIMIT',
      'hidden, but not removed',
    );
    await database.client.session.update({ where: { id }, data: { state: 'ended', environmentId: null } });
    t.equal(await outcomeOf(() => service.start(owner, { lab: 'lab-1' })), 'ok');
  });
});

await test('the newest 200 ended sessions of a learner are kept, and every attempt', async (t) => {
  await eachDatabase(t, 'history', async (t, database) => {
    const { owner, other } = await createActors(database);
    const { service } = openSessions(t, database);
    const { id } = await service.start(owner, { lab: 'lab-0' });
    const theirs = await service.start(other, { lab: 'lab-0' });
    for (const over of [id, theirs.id]) await putInState(database, over, 'ended');
    const attempt = { id: newId(), learnerId: owner.userId, sessionId: id, labSlug: 'lab-0' };
    await database.client.attempt.create({
      data: { ...attempt, labVersion: 'version-1', stepId: 'one', state: 'finished', startedAt: new Date() },
    });
    const first = await database.client.session.findUniqueOrThrow({ where: { id } });
    const later = Array.from({ length: 201 }, (_, number) => ({
      ...first,
      id: newId(new Date(Date.now() + 1000 + number)),
      state: number % 2 === 0 ? ('ended' as const) : ('failed' as const),
    }));
    const held = { ...first, id: newId(new Date(0)), state: 'failed' as const, environmentId: 'kept' };
    await database.client.session.createMany({ data: [...later, held] });

    const fresh = await service.start(owner, { lab: 'lab-1' });
    const left = await database.client.session.findMany({ where: { learnerId: owner.userId } });
    t.same(
      new Set(left.map((row) => row.id)),
      new Set([...later.slice(1).map((row) => row.id), held.id, fresh.id]),
    );
    t.match(await database.client.attempt.findUnique({ where: { id: attempt.id } }), { sessionId: null });
    t.ok(await service.get(other, theirs.id), 'those of others are not affected');
  });
});

await test('sessions that cannot start are queued, with one write for all of them', async (t) => {
  await eachDatabase(t, 'queue', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const ids: string[] = [];
    for (let number = 0; number < 4; number++) {
      ids.push((await service.start(owner, { lab: `lab-${number}` })).id);
    }
    const [stopped = '', started = '', ...waiting] = ids;
    await service.stop(owner, stopped);
    await putInState(database, started, 'provisioning');
    const queued = await createSessionStore({ database }).queue(ids);
    t.same(queued.map(({ id }) => id).toSorted(), waiting);
    t.match(queued, [{ learnerId: owner.userId, generation: 1 }]);
    const states = await database.client.session.findMany({ orderBy: { id: 'asc' } });
    t.same(
      states.map(({ state, generation }) => ({ state, generation })),
      [
        { state: 'stopping', generation: 1 },
        { state: 'provisioning', generation: 0 },
        { state: 'queued', generation: 1 },
        { state: 'queued', generation: 1 },
      ],
    );
  });
});

await test('a lab whose last session is over starts again', async (t) => {
  await eachDatabase(t, 'again', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const ids = new Set<string>();
    for (const state of ['ended', 'failed', 'stopping'] as const) {
      const { id } = await service.start(owner, { lab: 'lab-0' });
      ids.add(id);
      await putInState(database, id, state);
    }
    ids.add((await service.start(owner, { lab: 'lab-0' })).id);
    t.equal(ids.size, 4);
  });
});

await test('lists are newest first, by page, by state and by lab', async (t) => {
  await eachDatabase(t, 'pages', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const ids: string[] = [];
    for (let number = 0; number < 5; number++) {
      ids.unshift((await service.start(owner, { lab: `lab-${number}` })).id);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const one = await service.list(owner, {}, { first: 2 });
    const two = await service.list(owner, {}, { first: 3, after: one.items.at(-1)?.cursor });
    t.same(
      [...one.items, ...two.items].map(({ node }) => node.id),
      ids,
    );
    t.same([one.hasNextPage, two.hasNextPage], [true, false]);
    await service.stop(owner, ids[0] as string);
    const stopping = await service.list(owner, { states: ['stopping', 'ended'] }, { first: 5 });
    t.same(
      stopping.items.map(({ node }) => node.id),
      [ids[0]],
    );
    t.equal((await service.list(owner, { lab: 'lab-1' }, { first: 5 })).items.length, 1);
    t.equal(await outcomeOf(() => service.list(owner, {}, { first: 1000 })), 'INPUT_INVALID');
  });
});

await test('each change is published after it can be read', async (t) => {
  await eachDatabase(t, 'events', async (t, database) => {
    const { owner } = await createActors(database);
    const events = createMemoryBus({ log: quietLog() });
    const { service } = openSessions(t, database, { events });
    const read: Promise<number | undefined>[] = [];
    const reported: number[] = [];
    const stopListening = events.listen('session.changed', ({ sessionId, generation }) => {
      reported.push(generation);
      read.push(service.get(owner, sessionId).then((session) => session.generation));
    });
    const { id } = await service.start(owner, { lab: 'lab-0' });
    await service.stop(owner, id);
    t.same(reported, [0, 1]);
    stopListening();
    for (const [index, generation] of (await Promise.all(read)).entries()) {
      t.ok((generation ?? -1) >= (reported[index] ?? Infinity));
    }
    events.listen('session.changed', ({ generation }) => reported.push(generation));
    await service.delete(owner, id);
    t.same(reported, [0, 1, 2]);
  });
});
