import { test } from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { courseWorld } from '../../kit/service/courses.ts';
import { createQuotaStore } from '../../../src/domains/sessions/capacity/quota-store.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { MINUTE, assignedSessions } from '../../kit/sessions/assigned-sessions.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import {
  instantEngine,
  openSessions,
  putInState,
  testCatalogue,
  testLab,
  whenState,
} from '../../kit/sessions/sessions.ts';

await test('the same lab in two assignments and in self-study has three sessions', async (t) => {
  await eachDatabase(t, 'three', async (t, database) => {
    const { service, assignments, course, instructor, learner, assignment } = await assignedSessions(
      t,
      database,
    );
    const { id: second } = await assignments.create(instructor, course.id, 'lab', {});
    const ids = [];
    for (const input of [{ lab: 'lab' }, { assignment }, { assignment: second }]) {
      const session = await service.start(learner, input);
      t.equal((await service.start(learner, input)).id, session.id, 'a repeated start returns the session');
      ids.push(session.id);
    }
    t.equal(new Set(ids).size, 3);
    const list = async (filter: Parameters<typeof service.list>[1]) =>
      (await service.list(learner, filter, { first: 9 })).items.map(({ node }) => node.id);
    t.same(await list({ assignmentId: assignment }), [ids[1]]);
    t.same(await list({ assignmentId: null }), [ids[0]]);
    t.equal((await list({})).length, 3);
    t.match(await service.get(learner, ids[1] ?? ''), { assignmentId: assignment, run: 1 });
    t.match(await service.get(learner, ids[0] ?? ''), { assignmentId: undefined, run: 0 });
  });
});

await test('an assignment can be started while it is open, by its learners', async (t) => {
  await eachDatabase(t, 'open', async (t, database) => {
    const { service, clock, courses, course, instructor, actors, assignment, assignments } =
      await assignedSessions(t, database, {
        opensAt: '2030-01-01T09:00',
        dueAt: '2030-01-01T10:00',
        closesAt: '2030-01-01T11:00',
      });
    const start = async (actor: Actor | undefined) => {
      const outcome = await outcomeOf(() => service.start(actor, { assignment }));
      // An active session continues, whatever the terms.
      if (actor) await service.deleteAllMine(actor);
      return outcome;
    };
    const outcomes = async () => {
      const all: Record<string, string> = {};
      for (const [name, actor] of Object.entries(actors)) all[name] = await start(actor);
      return all;
    };
    const others = {
      instructor: 'ok',
      assistant: 'ok',
      observer: 'FORBIDDEN',
      formerMember: 'ASSIGNMENT_NOT_FOUND',
      otherInstructor: 'ASSIGNMENT_NOT_FOUND',
      otherLearner: 'ASSIGNMENT_NOT_FOUND',
      admin: 'ok',
      nobody: 'UNAUTHENTICATED',
    };
    t.same(await outcomes(), { ...others, learner: 'ASSIGNMENT_NOT_OPEN' });
    clock.jump(60 * MINUTE);
    t.equal(await start(actors.learner), 'ok');
    clock.jump(120 * MINUTE);
    t.same(await outcomes(), { ...others, learner: 'ASSIGNMENT_CLOSED' });
    await courses.update(instructor, course.id, { state: 'archived' });
    t.equal(await start(actors.learner), 'COURSE_ARCHIVED');
    t.equal(await start(instructor), 'COURSE_ARCHIVED');
    await courses.update(instructor, course.id, { state: 'open' });
    await assignments.update(instructor, assignment, { visible: false, closesAt: null });
    t.equal(await start(actors.learner), 'ASSIGNMENT_NOT_FOUND');
    await courses.update(instructor, course.id, { state: 'draft' });
    t.equal(await start(actors.learner), 'ASSIGNMENT_NOT_FOUND');
    t.equal(await start(instructor), 'ok');
    t.equal(
      await outcomeOf(() => service.start(actors.learner, { assignment: 'unknown' })),
      'ASSIGNMENT_NOT_FOUND',
    );
  });
});

await test('attempts are counted once their machines are ready, and deleting sessions gives none back', async (t) => {
  await eachDatabase(t, 'attempts', async (t, database) => {
    const world = await assignedSessions(t, database, { attempts: 2 });
    const { service, saves, learner, assignment, assignments, instructor, memberOf, start, end } = world;
    const again = () => outcomeOf(() => service.start(learner, { assignment }));

    const first = await start();
    await end(first.id);
    await service.delete(learner, first.id);
    const second = await start();
    t.equal(second.run, 2);
    t.equal(await outcomeOf(() => saves.reset(learner, second.id)), 'ATTEMPTS_USED');
    t.equal((await service.get(learner, second.id)).state, 'ready', 'a refused reset changes nothing');
    await end(second.id);
    t.equal(await again(), 'ATTEMPTS_USED');

    await assignments.setOverride(
      instructor,
      assignment,
      { memberId: await memberOf(learner) },
      { attempts: 3 },
    );
    const third = await start();
    t.equal(third.run, 3);
    await assignments.setOverride(
      instructor,
      assignment,
      { memberId: await memberOf(learner) },
      { attempts: 4 },
    );
    await saves.reset(learner, third.id);
    t.match(await whenState(service, third.id, 'ready'), { run: 4 });
    await end(third.id);
    t.equal(await again(), 'ATTEMPTS_USED');
    t.equal((await start(instructor)).run, 0, 'staff try it as often as they want');
  });
});

await test('a session that never had a machine does not count', async (t) => {
  await eachDatabase(t, 'failed', async (t, database) => {
    const world = await courseWorld(t, database);
    const { course, instructor, actors } = await world.openCourse();
    const { id: assignment } = await world.assignments.create(instructor, course.id, 'lab', { attempts: 1 });
    const { service } = openSessions(t, database, { catalogue: testCatalogue([testLab('lab')]) });
    for (const state of ['failed', 'ended', 'failed'] as const) {
      const { id, run } = await service.start(actors.learner, { assignment });
      t.equal(run, 1);
      await putInState(database, id, state);
    }
  });
});

await test('simultaneous starts make one attempt', async (t) => {
  await eachDatabase(t, 'simultaneous', async (t, database) => {
    const { service, learner, assignment, end } = await assignedSessions(t, database, { attempts: 1 });
    const started = await Promise.all(
      Array.from({ length: 8 }, () => service.start(learner, { assignment })),
    );
    t.equal(new Set(started.map(({ id }) => id)).size, 1);
    const { id } = await whenState(service, started[0]?.id ?? '', 'ready');
    await end(id);
    const refused = await Promise.all(
      Array.from({ length: 8 }, () => outcomeOf(() => service.start(learner, { assignment }))),
    );
    t.same(new Set(refused), new Set(['ATTEMPTS_USED']));
  });
});

await test('an assignment uses the pinned version of its lab, also after a reset', async (t) => {
  await eachDatabase(t, 'pinned', async (t, database) => {
    const world = await courseWorld(t, database);
    const { course, instructor, actors } = await world.openCourse();
    const { id: assignment } = await world.assignments.create(instructor, course.id, 'lab', { pinned: true });
    const engine = instantEngine(database, async () => undefined);
    const catalogue = {
      ...testCatalogue([testLab('lab', { version: 'new' })]),
      version: (slug: string, version: string) => testLab(slug, { version }),
    };
    const { service, saves, start } = openSessions(t, database, { engine, catalogue });
    start();
    const { id } = await service.start(actors.learner, { assignment });
    t.equal((await whenState(service, id, 'ready')).labVersion, 'version of lab');
    await saves.reset(actors.learner, id);
    t.equal((await whenState(service, id, 'ready')).labVersion, 'version of lab');
    await world.assignments.update(instructor, assignment, { pinned: false });
    await saves.reset(actors.learner, id);
    t.equal((await whenState(service, id, 'ready')).labVersion, 'new');
  });
});

await test('an assignment with work stays, and so does its course', async (t) => {
  await eachDatabase(t, 'has work', async (t, database) => {
    const { service, assignments, courses, course, instructor, admin, assignment, start, end } =
      await assignedSessions(t, database);
    await start(instructor);
    const { id: untouched } = await assignments.create(instructor, course.id, 'other', {});
    const { id } = await start();
    await end(id);
    t.equal(await outcomeOf(() => assignments.delete(instructor, assignment)), 'ASSIGNMENT_HAS_WORK');
    t.equal(await outcomeOf(() => courses.delete(instructor, course.id)), 'COURSE_HAS_WORK');
    t.equal(await assignments.delete(instructor, untouched), true);
    await database.client.assignmentWork.updateMany({ where: { runs: 1 }, data: { runs: 0 } });
    t.equal(
      await assignments.delete(instructor, assignment),
      true,
      'a start without a machine does not count',
    );
    t.equal(await courses.delete(instructor, course.id), true);
    t.equal((await service.list(admin, {}, { first: 9 })).items.length, 2, 'the sessions stay');
    t.equal((await service.list(instructor, {}, { first: 9 })).items.length, 1, 'nobody teaches them now');
  });
});

await test('an active session continues, even if nobody could start another one', async (t) => {
  await eachDatabase(t, 'active', async (t, database) => {
    const { service, courses, course, instructor, learner, assignment, start } = await assignedSessions(
      t,
      database,
    );
    const { id } = await start();
    await courses.update(instructor, course.id, { state: 'archived' });
    t.equal((await service.start(learner, { assignment })).id, id);
  });
});

await test('what staff tried does not count when they become learners, and work stays work', async (t) => {
  await eachDatabase(t, 'roles', async (t, database) => {
    const world = await assignedSessions(t, database, { attempts: 1 });
    const { service, saves, assignments, members, instructor, actors, assignment, start, memberOf } = world;
    const { assistant, admin } = actors;
    if (!assistant || !admin) throw new Error('Somebody is missing.');
    for (const who of [assistant, admin]) {
      t.equal((await start(who)).run, 0);
      await service.deleteAllMine(who);
    }
    const trial = await start(assistant);
    await saves.reset(assistant, trial.id);
    t.match(await whenState(service, trial.id, 'ready'), { run: 0 });
    t.equal((await start(assistant)).id, trial.id);
    await members.update(instructor, await memberOf(assistant), { role: 'learner' });
    const { id, run } = await start(assistant);
    t.not(id, trial.id, 'work that counts does not continue what staff tried');
    t.equal(run, 1, 'the whole number of attempts');
    await service.deleteAllMine(assistant);
    t.equal(await outcomeOf(() => service.start(assistant, { assignment })), 'ATTEMPTS_USED');
    await members.update(instructor, await memberOf(assistant), { role: 'assistant' });
    t.equal((await start(assistant)).run, 0);
    t.equal(await outcomeOf(() => assignments.delete(instructor, assignment)), 'ASSIGNMENT_HAS_WORK');
  });
});

await test('a start over the quota of a course waits; self-study of the same lab does not count', async (t) => {
  await eachDatabase(t, 'quota of a course', async (t, database) => {
    const { service, start, course, instructor, assignment, members, person } = await assignedSessions(
      t,
      database,
    );
    await createQuotaStore({ database }).set({
      subject: `course:${course.id}`,
      sessions: 1,
      memoryBytes: undefined,
      updatedAt: new Date(),
    });
    await start();
    const second = await person('Second');
    await members.add(instructor, course.id, { userId: second.userId, role: 'learner' });
    const { id: free } = await service.start(second, { lab: 'lab' });
    await whenState(service, free, 'ready');
    const { id } = await service.start(second, { assignment });
    await whenState(service, id, 'queued');
    t.match(await service.queuePositions(second, [id]), [{ reason: 'quota' }]);
  });
});

await test('a removed member can finish in a running session, which counts no more', async (t) => {
  await eachDatabase(t, 'removed', async (t, database) => {
    const world = await assignedSessions(t, database);
    const { service, saves, instructor, actors, learner, members, memberOf, assignment, start, end } = world;
    const { id } = await start();
    await members.remove(instructor, await memberOf(learner));
    t.equal((await service.start(learner, { assignment })).id, id);
    await service.machine(learner, id, 'main');
    const lost = { code: 'ASSIGNMENT_NOT_FOUND' };
    await t.rejects(service.requireCounting(learner, id), lost);
    await t.rejects(saves.reset(learner, id), lost);
    for (const staff of [instructor, actors.assistant]) t.equal((await service.get(staff, id)).id, id);
    await end(id);
    await t.rejects(service.start(learner, { assignment }), lost);
  });
});
