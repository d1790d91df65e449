import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { courseActors } from '../../kit/service/courses.ts';
import { gradeWorld } from '../../kit/service/grades.ts';

const machine = await startCheckMachine(t);
const page = { first: 50 };

await eachDatabase(t, 'the matrix shows each learner by step, and only to staff', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const {
    matrix,
    instructor,
    learner,
    actors,
    assignment,
    answer,
    members,
    memberOf,
    course,
    person,
    clock,
  } = world;
  clock.jump(1);
  const second = await person('Second');
  await members.add(instructor, course.id, { userId: second.userId, role: 'learner' });
  await answer(learner, false);
  await answer(learner, true);
  await members.update(instructor, await memberOf(second), { active: false });
  const { items } = await matrix.rows(actors.observer, assignment, page);
  t.match(
    items.map(({ node }) => node),
    [
      {
        member: { userId: learner.userId },
        progress: {
          passed: 1,
          total: 5,
          steps: [{}, {}, { stepId: 'ask', attempts: 2, failures: 1, passed: true }],
        },
      },
      { member: { userId: second.userId, active: false }, progress: { passed: 0, total: 5 } },
    ],
  );
  t.match(await matrix.row(instructor, assignment, learner.userId), { progress: { passed: 1 } });
  t.equal(await matrix.row(instructor, assignment, instructor.userId), undefined, 'no learner');
  const first = await matrix.rows(instructor, assignment, { first: 1 });
  t.equal(first.hasNextPage, true);
  const no = 'FORBIDDEN';
  const lost = 'ASSIGNMENT_NOT_FOUND';
  const expected = ['ok', 'ok', 'ok', no, lost, lost, lost, 'ok', 'UNAUTHENTICATED'];
  const operations: Record<keyof typeof matrix, (actor: typeof instructor | undefined) => Promise<unknown>> =
    {
      rows: (actor) => matrix.rows(actor, assignment, page),
      row: (actor) => matrix.row(actor, assignment, learner.userId),
    };
  t.same(Object.keys(matrix), Object.keys(operations));
  for (const ask of Object.values(operations)) {
    const outcomes = [];
    for (const who of courseActors) outcomes.push(await outcomeOf(() => ask(actors[who])));
    t.same(outcomes, expected);
  }
});
