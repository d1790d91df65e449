import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { gradeWorld } from '../../kit/service/grades.ts';
import { until } from '../../kit/basics/until.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { createGrades } from '../../../src/domains/grades/create-grades.ts';
import type { Lab } from '../../../src/domains/labs/lab.ts';

const machine = await startCheckMachine(t);

await eachDatabase(t, 'grades are computed in the background, also after a crash', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { grades, courses, assignments, instructor, learner, assignment, course, answer, clock } = world;
  const stored = async () =>
    (await database.client.grade.findMany({ where: { learnerId: learner.userId } }))[0];
  await answer(learner, true);
  t.match(await stored(), { points: null, basis: '' }, 'marked in the transaction of the attempt');
  const stopping = new AbortController();
  const maintained = grades.maintain(stopping.signal);
  await until(async () => (await stored())?.points === 2);
  await assignments.update(instructor, assignment, { points: 20 });
  await until(async () => (await stored())?.points === 4);
  // The change of terms is not computed yet when the course is archived.
  stopping.abort();
  clock.jump(60_000);
  await maintained;
  await assignments.update(instructor, assignment, { points: 30 });
  await courses.update(instructor, course.id, { state: 'archived' });
  t.equal((await stored())?.points, 6, 'archiving computes what is left');
  await database.client.assignment.update({ where: { id: assignment }, data: { points: 50 } });
  await grades.settle(course.id);
  t.equal((await stored())?.points, 6, 'grades of an archived course stay as they are');
  await database.client.grade.updateMany({ data: { basis: '', version: { increment: 1 } } });
  await grades.settle(course.id);
  t.equal((await stored())?.points, 10, 'except for work that was not computed');
});

await eachDatabase(t, 'a start computes what changed before a crash', async (t, database) => {
  const world = await gradeWorld(t, database, machine, { pinned: true });
  const { grades, learner, assignment, answer, points, clock } = world;
  await answer(learner, true);
  t.equal(await points(), 2);
  // The terms changed, and the process died before it computed the grades.
  await database.client.assignment.update({ where: { id: assignment }, data: { points: 50 } });
  const stopping = new AbortController();
  const maintained = grades.maintain(stopping.signal);
  await until(async () => (await database.client.grade.findMany())[0]?.points === 10);
  stopping.abort();
  clock.jump(60_000);
  await maintained;
});

await eachDatabase(t, 'grades follow another version of the lab', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { learner, answer, points, checks, catalogue, events, clock } = world;
  const { instructor, courses, members, memberOf, assignments, assignment, course, service } = world;
  await answer(learner, true);
  t.equal(await points(), 2, 'a fifth of the points');
  await world.grades.settle(course.id);
  // Neither changes what applies to the learner, so neither is the cause of what follows.
  const { id: sectionId } = await courses.createSection(instructor, course.id, 'Same terms');
  await members.update(instructor, await memberOf(learner), { sectionId });
  await assignments.update(instructor, assignment, { title: 'Another title' });
  const stored = async () => (await database.client.grade.findMany())[0]?.points;
  const withSteps = async (change: (steps: Lab['steps']) => Lab['steps'], expected: number) => {
    const version: typeof catalogue.version = (slug, wanted) => {
      const lab = catalogue.version(slug, wanted);
      return { ...lab, steps: change(lab.steps) };
    };
    const changed = { ...catalogue, version };
    const log = quietLog();
    const grades = createGrades({ database, courses: world, checks, catalogue: changed, events, clock, log });
    grades.onLabs();
    await until(async () => (await stored()) === expected);
  };
  await withSteps((steps) => steps.filter(({ id }) => id === 'ask' || id === 'parts'), 5);
  await withSteps((steps) => steps.filter(({ id }) => id !== 'ask'), 0);
  const withAnother = (weight: number) => (steps: Lab['steps']) => {
    const another = { id: 'another', weight } as Lab['steps'][number]['checks'][number];
    return steps.flatMap((step) => (step.id === 'ask' ? { ...step, checks: [...step.checks, another] } : []));
  };
  await withSteps(withAnother(3), 2.5);
  await withSteps(withAnother(1), 5);
  await withSteps((steps) => steps, 2);
  const [work, ...others] = await service.changes(instructor, assignment, learner.userId);
  t.match(work, { cause: 'work' });
  t.strictSame(
    others.map(({ cause, byId, after }) => ({ cause, byId, after })),
    [5, 0, 2.5, 5, 2].map((after) => ({ cause: 'terms', byId: undefined, after })),
  );
});

await eachDatabase(t, 'the grades of former learners stay as they are', async (t, database) => {
  const world = await gradeWorld(t, database, machine, {
    dueAt: '2030-01-01T07:00',
    latePercentPerDay: 50,
  });
  const { learner, answer, points, instructor, assignments, members, memberOf, assignment, grades, course } =
    world;
  const memberId = await memberOf(learner);
  await assignments.setOverride(instructor, assignment, { memberId }, { dueAt: '2030-01-01T12:00' });
  await answer(learner, true);
  t.equal(await points(), 2);
  await members.remove(instructor, memberId);
  await grades.settle(course.id);
  const stored = async () => (await database.client.grade.findMany())[0]?.points;
  t.equal(await stored(), 2, 'also without the extension');
  await members.add(instructor, course.id, { userId: learner.userId, role: 'observer' });
  await grades.settle(course.id);
  t.equal(await stored(), 2);
  await members.update(instructor, await memberOf(learner), { role: 'learner' });
  await grades.settle(course.id);
  t.equal(await stored(), 1, 'a learner again, without the extension');
  const changes = await world.service.changes(instructor, assignment, learner.userId);
  t.match(changes.at(-1), { cause: 'section', byId: instructor.userId, before: 2, after: 1 });
});

await eachDatabase(t, 'a grade follows its learner to another section', async (t, database) => {
  const world = await gradeWorld(t, database, machine, {
    dueAt: '2030-01-01T07:00',
    latePercentPerDay: 50,
  });
  const { learner, answer, points, instructor, assignments, courses, members, memberOf, assignment, course } =
    world;
  const { grades, service } = world;
  const { id: sectionId } = await courses.createSection(instructor, course.id, 'Later');
  await assignments.setOverride(instructor, assignment, { sectionId }, { dueAt: '2030-01-01T12:00' });
  await answer(learner, true);
  t.equal(await points(), 1);
  world.clock.jump(1);
  await members.update(instructor, await memberOf(learner), { sectionId });
  // So that the first move is before what the second one changes.
  world.clock.jump(1);
  t.equal(await points(), 2);
  await courses.deleteSection(instructor, sectionId);
  t.equal(await points(), 1);
  await grades.settle(course.id);
  const byId = instructor.userId;
  t.match(await service.changes(instructor, assignment, learner.userId), [
    { cause: 'work' },
    { cause: 'section', byId, before: 1, after: 2 },
    { cause: 'section', byId, before: 2, after: 1 },
  ]);
});

await eachDatabase(t, 'grades stay as they are while the lab is lost', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { grades, course, learner, assignment, answer, points, service } = world;
  await answer(learner, true);
  t.equal(await points(), 2);
  await database.client.assignment.update({ where: { id: assignment }, data: { labSlug: 'gone' } });
  t.equal(await points(), 2);
  await answer(learner, true);
  t.equal(await points(), 2);
  await database.client.assignment.update({
    where: { id: assignment },
    data: { labSlug: 'mixed', points: 20 },
  });
  t.equal(await points(), 4);
  await grades.settle(course.id);
  const causes = (await service.changes(learner, assignment, learner.userId)).map(({ cause }) => cause);
  t.same(causes, ['work', 'work'], 'also of what was done meanwhile');
});

await eachDatabase(t, 'what staff try has no grade', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { instructor, members, memberOf, actors, assignment, answer, points, service, clock } = world;
  const { assistant } = actors;
  if (!assistant) throw new Error('There is no assistant.');
  await answer(assistant, true, 0);
  t.same(await service.mine(assistant, [assignment]), [undefined]);
  await members.update(instructor, await memberOf(assistant), { role: 'learner' });
  await answer(assistant, false, 1);
  t.equal(await points(assistant), 0, 'nor once they are learners');
  await clock.advance(1);
  await answer(assistant, true, 1);
  t.equal(await points(assistant), 2);
});
