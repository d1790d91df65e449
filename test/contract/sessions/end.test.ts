import { test } from 'tap';
import { newId } from '../../../src/core/ids.ts';
import { createActors, outcomeOf } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { agreeingEngine, openSessions, putInState, whenState } from '../../kit/sessions/sessions.ts';

await test('stopping a stopped or ended session returns it unchanged', async (t) => {
  await eachDatabase(t, 'stop', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const { id } = await service.start(owner, { lab: 'lab-0' });
    const stopped = await service.stop(owner, id);
    t.match(stopped, { state: 'stopping', generation: 1 });
    t.same(await service.stop(owner, id), stopped);
    await putInState(database, id, 'ended');
    t.equal((await service.stop(owner, id)).state, 'ended');
    t.equal(await outcomeOf(() => service.extend(owner, id, 5)), 'SESSION_STATE_CONFLICT');
    t.equal(await outcomeOf(() => service.restart(owner, id)), 'SESSION_STATE_CONFLICT');
  });
});

await test('deleting hides a session immediately, is repeatable, and keeps attempts and progress', async (t) => {
  await eachDatabase(t, 'delete', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const { id } = await service.start(owner, { lab: 'lab-0' });
    const attempt = { id: newId(), learnerId: owner.userId, sessionId: id, labSlug: 'lab-0' };
    await database.client.attempt.create({
      data: { ...attempt, labVersion: 'version-1', stepId: 'one', state: 'finished', startedAt: new Date() },
    });
    await putInState(database, id, 'ready');
    t.equal(await service.delete(owner, id), true);
    t.equal(await outcomeOf(() => service.get(owner, id)), 'SESSION_NOT_FOUND');
    t.equal((await service.list(owner, {}, { first: 5 })).items.length, 0);
    t.equal(await service.delete(owner, id), false);
    t.equal(await service.delete(owner, 'never-there'), false);

    await putInState(database, id, 'ended');
    await database.client.session.update({ where: { id }, data: { removedAt: null } });
    t.equal(
      await service.delete(owner, id),
      true,
      'with nothing on the engine, its row is removed immediately',
    );
    t.equal(await database.client.session.count(), 0);
    t.match(await database.client.attempt.findUnique({ where: { id: attempt.id } }), { sessionId: null });
  });
});

await test('a session that was never provisioned ends without the engine', async (t) => {
  await eachDatabase(t, 'teardown', async (t, database) => {
    const { owner } = await createActors(database);
    const { service } = openSessions(t, database);
    const { id } = await service.start(owner, { lab: 'lab-0' });
    await service.stop(owner, id);
    const gone = await service.start(owner, { lab: 'lab-0' });
    await service.delete(owner, gone.id);
    // Another process, whose engine is unavailable, does the work.
    const worker = openSessions(t, database, { engine: agreeingEngine(database), provisionConcurrency: 1 });
    worker.start();
    t.ok((await whenState(service, id, 'ended')).endedAt);
    while ((await database.client.session.count()) > 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
});

await test('without the engine, a start fails with that reason, and the learner can start again', async (t) => {
  await eachDatabase(t, 'engine away', async (t, database) => {
    const { owner } = await createActors(database);
    const sessions = openSessions(t, database);
    sessions.start();
    const { id } = await sessions.service.start(owner, { lab: 'lab-0' });
    const failed = await whenState(sessions.service, id, 'failed');
    t.match(failed.reason, { code: 'ENGINE_UNREACHABLE', message: /berth doctor/ });
    t.ok(failed.endedAt);
    t.not((await sessions.service.start(owner, { lab: 'lab-0' })).id, id);
  });
});
