import { test } from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { MINUTE, assignedSessions } from '../../kit/sessions/assigned-sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { courseWorld } from '../../kit/service/courses.ts';
import {
  instantEngine,
  openSessions,
  testCatalogue,
  testLab,
  whenState,
} from '../../kit/sessions/sessions.ts';

await test('an attempt ends at its time limit, also if it is resumed, and another one gets the whole time', async (t) => {
  await eachDatabase(t, 'time limit', async (t, database) => {
    const { service, saves, learner, start, clock, passUntil } = await assignedSessions(t, database, {
      timeLimitMinutes: 60,
    });
    const from = clock.now();
    const session = await start();
    t.same(session.deadline, new Date(from.getTime() + 60 * MINUTE));
    t.same(session.expiresAt, session.deadline, 'it ends sooner than the lab would allow');
    t.equal(await outcomeOf(() => service.extend(learner, session.id, 30)), 'SESSION_EXTEND_LIMIT');
    await service.requireCounting(learner, session.id);
    const over = await passUntil(61, session.id, 'ended');
    t.match(over.reason, { code: 'ASSIGNMENT_TIME_OVER', message: /60 minutes/ });
    const next = await start();
    t.match(next, { run: 2, deadline: new Date(clock.now().getTime() + 60 * MINUTE) });
    await database.client.session.update({ where: { id: next.id }, data: { state: 'saved' } });
    clock.jump(60 * MINUTE);
    t.equal(await outcomeOf(() => saves.resume(learner, next.id)), 'ASSIGNMENT_TIME_OVER');
    await saves.reset(learner, next.id);
    t.match(await whenState(service, next.id, 'ready'), {
      run: 3,
      deadline: new Date(clock.now().getTime() + 60 * MINUTE),
    });
  });
});

await test('work counts until the assignment closes, and its sessions end then', async (t) => {
  await eachDatabase(t, 'closing', async (t, database) => {
    const { service, learner, start, course, instructor, courses, passUntil, clock } = await assignedSessions(
      t,
      database,
      {
        closesAt: '2030-01-01T09:00',
      },
    );
    const { id } = await start();
    await courses.update(instructor, course.id, { state: 'archived' });
    t.equal(await outcomeOf(() => service.requireCounting(learner, id)), 'COURSE_ARCHIVED');
    await courses.update(instructor, course.id, { state: 'open' });
    clock.jump(59 * MINUTE);
    t.equal(await outcomeOf(() => service.requireCounting(learner, id)), 'ok');
    clock.jump(MINUTE);
    t.equal(await outcomeOf(() => service.requireCounting(learner, id)), 'ASSIGNMENT_CLOSED');
    t.match(await passUntil(0, id, 'ended'), { reason: { code: 'ASSIGNMENT_CLOSED', message: /09:00/ } });
    const selfStudy = await service.start(learner, { lab: 'lab' });
    await whenState(service, selfStudy.id, 'ready');
    t.equal(await outcomeOf(() => service.requireCounting(learner, selfStudy.id)), 'ok');
  });
});

await test('changed terms apply to running attempts, also those of overrides and sections', async (t) => {
  await eachDatabase(t, 'changed terms', async (t, database) => {
    const world = await assignedSessions(t, database, { timeLimitMinutes: 60, closesAt: '2030-01-01T12:00' });
    const {
      service,
      learner,
      start,
      assignments,
      members,
      courses,
      course,
      instructor,
      assignment,
      memberOf,
    } = world;
    const { id } = await start();
    const from = world.clock.now().getTime();
    const endsIn = async (minutes: number) => {
      const wanted = new Date(from + minutes * MINUTE);
      await until(async () => {
        const { deadline, expiresAt } = await service.get(learner, id);
        return deadline?.getTime() === wanted.getTime() && expiresAt.getTime() === wanted.getTime();
      });
    };
    await endsIn(60);
    await assignments.update(instructor, assignment, { timeLimitMinutes: 90 });
    await endsIn(90);
    await assignments.update(instructor, assignment, { closesAt: '2030-01-01T08:30' });
    await endsIn(30);
    const memberId = await memberOf(learner);
    const own = await assignments.setOverride(
      instructor,
      assignment,
      { memberId },
      { closesAt: '2030-01-01T10:00' },
    );
    await endsIn(90);
    await assignments.removeOverride(instructor, own.id);
    await endsIn(30);
    const section = await courses.createSection(instructor, course.id, 'Evening');
    await assignments.setOverride(
      instructor,
      assignment,
      { sectionId: section.id },
      { closesAt: '2030-01-01T11:00', timeFactor: 1.5 },
    );
    await members.update(instructor, memberId, { sectionId: section.id });
    await endsIn(135);
    await courses.deleteSection(instructor, section.id);
    await endsIn(30);
  });
});

await test('a change whose event was lost applies when the attempt would end', async (t) => {
  await eachDatabase(t, 'unheard', async (t, database) => {
    const { service, learner, start, assignment, clock, passUntil } = await assignedSessions(t, database, {
      timeLimitMinutes: 60,
    });
    const { id, deadline } = await start();
    await database.client.assignment.update({ where: { id: assignment }, data: { timeLimitMinutes: 90 } });
    clock.jump(60 * MINUTE);
    await until(async () => {
      clock.jump(600);
      return (
        (await service.get(learner, id)).deadline?.getTime() === (deadline?.getTime() ?? 0) + 30 * MINUTE
      );
    });
    t.equal((await service.get(learner, id)).state, 'ready');
    await passUntil(31, id, 'ended');
  });
});

await test('terms that are over already end the attempt at once', async (t) => {
  await eachDatabase(t, 'shortened', async (t, database) => {
    const world = await assignedSessions(t, database);
    const { service, learner, start, assignments, instructor, assignment, passUntil, clock } = world;
    const first = await start();
    clock.jump(60 * MINUTE);
    await assignments.update(instructor, assignment, { closesAt: '2030-01-01T08:59' });
    t.match(await passUntil(0, first.id, 'ended'), { reason: { code: 'ASSIGNMENT_CLOSED' } });
    await assignments.update(instructor, assignment, { closesAt: null, timeLimitMinutes: 120 });
    const second = await start();
    clock.jump(60 * MINUTE);
    await assignments.update(instructor, assignment, { timeLimitMinutes: 30 });
    const ended = await passUntil(0, second.id, 'ended');
    t.match(ended.reason, { code: 'ASSIGNMENT_TIME_OVER', message: /30 minutes/ });
    t.equal((await service.list(learner, { states: ['ready'] }, { first: 9 })).items.length, 0);
  });
});

await test('a session that waits until the assignment has closed fails, and does not count', async (t) => {
  await eachDatabase(t, 'waiting', async (t, database) => {
    const world = await courseWorld(t, database);
    const { clock, events, assignments } = world;
    const { course, instructor, actors } = await world.openCourse();
    const terms = { attempts: 1, timeLimitMinutes: 10, closesAt: '2030-01-01T09:00:00Z' };
    const { id: assignment } = await assignments.create(instructor, course.id, 'lab', terms);
    const options = { clock, events, catalogue: testCatalogue([testLab('lab')]) };
    const waiting = openSessions(t, database, options);
    const { id } = await waiting.service.start(actors.learner, { assignment });
    clock.jump(61 * MINUTE);
    const engine = instantEngine(database, async () => undefined);
    const { service, saves, start } = openSessions(t, database, { ...options, engine });
    start();
    t.match((await whenState(service, id, 'failed')).reason, { code: 'ASSIGNMENT_CLOSED' });
    await assignments.update(instructor, assignment, { closesAt: null });
    await saves.reset(actors.learner, id);
    const ready = await whenState(service, id, 'ready');
    t.equal(ready.run, 1);
    t.same(ready.deadline, new Date(clock.now().getTime() + 10 * MINUTE), 'the wait does not count');
  });
});

await test('terms that change while a session waits apply when it is ready', async (t) => {
  await eachDatabase(t, 'changed before', async (t, database) => {
    const world = await courseWorld(t, database);
    const { clock, events, assignments } = world;
    const { course, instructor, actors } = await world.openCourse();
    const { id: assignment } = await assignments.create(instructor, course.id, 'lab', {
      timeLimitMinutes: 60,
    });
    const options = { clock, events, catalogue: testCatalogue([testLab('lab')]) };
    const { id } = await openSessions(t, database, options).service.start(actors.learner, { assignment });
    await assignments.update(instructor, assignment, { timeLimitMinutes: 20 });
    clock.jump(5 * MINUTE);
    const engine = instantEngine(database, async () => undefined);
    const { service, start } = openSessions(t, database, { ...options, engine });
    start();
    const { deadline } = await whenState(service, id, 'ready');
    t.same(deadline, new Date(clock.now().getTime() + 20 * MINUTE));
  });
});
