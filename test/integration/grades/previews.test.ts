import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
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
