import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createGrades } from '../../../src/domains/grades/create-grades.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { newId } from '../../../src/core/ids.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { gradeWorld } from '../../kit/service/grades.ts';

const machine = await startCheckMachine(t);

await eachDatabase(t, 'a preview shows what a change would do, and changes nothing', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const {
    service,
    instructor,
    learner,
    actors,
    assignment,
    answer,
    points,
    memberOf,
    person,
    members,
    course,
  } = world;
  const second = await person('Second');
  await members.add(instructor, course.id, { userId: second.userId, role: 'learner' });
  await answer(learner, true);
  await answer(second, true);
  t.equal(await points(), 2);
  await service.give(instructor, assignment, await memberOf(second), { points: 3, reason: 'x' });
  const preview = (change: object) => service.preview(instructor, assignment, change);
  t.same(await preview({ points: 20 }), [{ learnerId: learner.userId, before: 2, after: 4 }]);
  t.same(await preview({ title: 'Other' }), []);
  t.equal(await points(), 2);
  t.equal(await outcomeOf(() => preview({ points: -1 })), 'INPUT_INVALID');
  t.equal(await outcomeOf(() => service.preview(actors.assistant, assignment, {})), 'FORBIDDEN');
});

await eachDatabase(t, 'a preview shows what an override would do', async (t, database) => {
  const world = await gradeWorld(t, database, machine, {
    dueAt: '2030-01-01T07:00',
    latePercentPerDay: 50,
  });
  const { service, instructor, learner, assignment, assignments, answer, points, memberOf } = world;
  const { courses, course, members, person } = world;
  const second = await person('Second');
  const { id: sectionId } = await courses.createSection(instructor, course.id, 'A');
  await members.add(instructor, course.id, { userId: second.userId, role: 'learner', sectionId });
  await answer(learner, true);
  await answer(second, true);
  const memberId = await memberOf(learner);
  const later = { dueAt: '2030-01-01T12:00' };
  const preview = (whose: { memberId: string } | { sectionId: string }, input: object = later) =>
    service.previewOverride(instructor, assignment, whose, input);
  t.same(await preview({ memberId }), [{ learnerId: learner.userId, before: 1, after: 2 }]);
  t.same(await preview({ sectionId }), [{ learnerId: second.userId, before: 1, after: 2 }]);
  t.same(await preview({ memberId }, { attempts: 3 }), []);
  t.equal(await points(), 1, 'nothing has changed');
  await assignments.setOverride(instructor, assignment, { memberId }, later);
  t.same(await preview({ memberId }), []);
  t.same(
    await preview({ memberId }, {}),
    [{ learnerId: learner.userId, before: 2, after: 1 }],
    'its removal',
  );
  await t.rejects(preview({ memberId }, { opensAt: '2030-01-01T09:00' }), { code: 'DATES_INVALID' });
});

await eachDatabase(
  t,
  'a preview shows what an earlier end would do to very much work',
  async (t, database) => {
    const world = await gradeWorld(t, database, machine, { counts: 'last' });
    const { service, grades, instructor, learner, assignment, assignments, course, session, points } = world;
    await session(learner);
    const at = (minute: number) => new Date(Date.UTC(2030, 0, 1, 8, minute));
    // More attempts than are read for a grade.
    const attempts = Array.from({ length: 600 }, (_, n) => {
      const [startedAt, score] = n === 0 ? [at(10), 1] : n === 599 ? [at(50), 1] : [at(20), 0];
      return { id: newId(startedAt), startedAt, score, n };
    });
    await database.client.attempt.createMany({
      data: attempts.map(({ id, startedAt, score }) => ({
        id,
        assignmentId: assignment,
        learnerId: learner.userId,
        labSlug: 'mixed',
        labVersion: 'v1',
        stepId: 'ask',
        run: 1,
        state: 'finished' as const,
        passed: score === 1,
        score,
        startedAt,
        finishedAt: startedAt,
      })),
    });
    await database.client.checkVerdict.createMany({
      data: attempts.map(({ id, score }) => ({
        attemptId: id,
        place: 0,
        checkId: 'check',
        kind: 'quiz',
        weight: 1,
        state: 'finished',
        passed: score === 1,
        score,
        message: '',
        evidence: '',
        answered: true,
      })),
    });
    const of = { assignmentId: assignment, learnerId: learner.userId };
    await database.client.grade.create({ data: { ...of, updatedAt: at(50) } });
    await grades.settle(course.id);
    const closesAt = '2030-01-01T08:30';
    const preview = await service.preview(instructor, assignment, { closesAt });
    await assignments.update(instructor, assignment, { closesAt });
    t.same(preview, [{ learnerId: learner.userId, before: 2, after: await points() }]);
  },
);

await eachDatabase(
  t,
  'a pinned assignment shows what the new version of its lab would do',
  async (t, database) => {
    const world = await gradeWorld(t, database, machine, { pinned: true });
    const { instructor, learner, assignment, assignments, answer, points, checks, catalogue, events, clock } =
      world;
    await answer(learner, true);
    t.equal(await points(), 2, 'a fifth of the points');
    const withTwoSteps: typeof catalogue.version = (slug, version) => {
      const lab = catalogue.version(slug, version);
      const isNew = version === catalogue.find(slug)?.version;
      return isNew ? { ...lab, steps: lab.steps.filter(({ id }) => id === 'ask' || id === 'parts') } : lab;
    };
    const { service } = createGrades({
      database,
      courses: world,
      checks,
      catalogue: { ...catalogue, version: withTwoSteps },
      events,
      clock,
      log: quietLog(),
    });
    const change = { pinned: false };
    t.same(await service.preview(instructor, assignment, change), [
      { learnerId: learner.userId, before: 2, after: 5 },
    ]);
    await assignments.update(instructor, assignment, change);
    t.match(await service.mine(learner, [assignment]), [{ points: 5 }]);
  },
);
