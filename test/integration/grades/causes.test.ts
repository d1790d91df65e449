import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { gradeWorld } from '../../kit/service/grades.ts';

const machine = await startCheckMachine(t);

const late = { dueAt: '2030-01-01T07:00', latePercentPerDay: 50 };
const inTime = { dueAt: '2030-01-01T12:00' };

await eachDatabase(t, 'a change of a grade names the edit that decided about it', async (t, database) => {
  const world = await gradeWorld(t, database, machine, late);
  const { learner, answer, points, actors, instructor, assignments, assignment, service, clock } = world;
  await answer(learner, true);
  t.equal(await points(), 1);
  clock.jump(1);
  await assignments.update(instructor, assignment, inTime, 'All were ill');
  clock.jump(1);
  await assignments.update(actors['admin'], assignment, { gradesVisible: false, title: 'dueAt' });
  await world.grades.settle(world.course.id);
  const [, second] = await service.changes(instructor, assignment, learner.userId);
  t.match(second, { cause: 'terms', byId: instructor.userId, reason: 'All were ill', before: 1, after: 2 });
});

await eachDatabase(t, 'a move that a computation has not seen is named later', async (t, database) => {
  const world = await gradeWorld(t, database, machine, late);
  const { learner, answer, instructor, assignments, courses, members, memberOf, assignment, course } = world;
  const { grades, grading, clock } = world;
  const { id: sectionId } = await courses.createSection(instructor, course.id, 'Later');
  await assignments.setOverride(instructor, assignment, { sectionId }, inTime);
  await grades.settle(course.id);
  const memberId = await memberOf(learner);
  const { terms } = grading;
  let isMoved = false;
  grading.terms = async (...of) => {
    const before = await terms(...of);
    if (isMoved) return before;
    isMoved = true;
    clock.jump(1);
    await members.update(instructor, memberId, { sectionId });
    clock.jump(1);
    return before;
  };
  await answer(learner, true);
  await grades.settle(course.id);
  // The second computation sees the move.
  await grades.settle(course.id);
  const changes = await world.service.changes(instructor, assignment, learner.userId);
  t.match(changes, [
    { cause: 'work', after: 1 },
    { cause: 'section', byId: instructor.userId, before: 1, after: 2 },
  ]);
});

await eachDatabase(t, 'nobody changed a grade because a lost lab returned', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { learner, answer, points, instructor, courses, members, memberOf, assignment, course } = world;
  const { catalogue, grades, clock, assignments } = world;
  await answer(learner, true);
  t.equal(await points(), 2);
  const { labSlug } = await database.client.assignment.findUniqueOrThrow({ where: { id: assignment } });
  const rename = (slug: string) =>
    database.client.assignment.update({ where: { id: assignment }, data: { labSlug: slug } });
  await rename('gone');
  await grades.settle(course.id);
  clock.jump(1);
  const { id: sectionId } = await courses.createSection(instructor, course.id, 'Same terms');
  await members.update(instructor, await memberOf(learner), { sectionId });
  await assignments.update(instructor, assignment, { title: 'Another title' });
  await grades.settle(course.id);
  const { version } = catalogue;
  catalogue.version = (slug, wanted) => {
    const lab = version(slug, wanted);
    return lab && { ...lab, steps: lab.steps.slice(0, 2) };
  };
  await rename(labSlug);
  await grades.settle(course.id);
  const [, second] = await world.service.changes(instructor, assignment, learner.userId);
  t.match(second, { cause: 'terms', byId: undefined, before: 2 });
});
