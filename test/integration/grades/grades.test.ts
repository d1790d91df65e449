import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { newId } from '../../../src/core/ids.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { courseActors } from '../../kit/service/courses.ts';
import { gradeWorld } from '../../kit/service/grades.ts';

const machine = await startCheckMachine(t);
const HOUR = 3_600_000;
const page = { first: 50 };

await eachDatabase(
  t,
  'a grade follows the work, its lateness and every change of terms',
  async (t, database) => {
    const world = await gradeWorld(t, database, machine, {
      dueAt: '2030-01-01T10:00',
      latePercentPerDay: 10,
    });
    const { service, assignments, instructor, learner, assignment, answer, points, clock, memberOf } = world;
    const { admin, actors } = world;
    const fellow = actors.assistant;
    t.equal(await points(), undefined);
    await answer(learner, false);
    t.equal(await points(), 0);
    clock.jump(3 * HOUR);
    await answer(learner, true);
    t.equal(await points(), 1.8, 'a fifth of the points, a day late');
    const memberId = await memberOf(learner);
    t.match(await service.get(learner, assignment, learner.userId), {
      workPoints: 1.8,
      possible: 10,
      given: undefined,
      steps: [
        {},
        {},
        { stepId: 'ask', run: 1, score: 1, lateDays: 1, counted: 0.9, at: clock.now() },
        {},
        {},
      ],
    });
    const extension = await assignments.setOverride(
      instructor,
      assignment,
      { memberId },
      { dueAt: '2030-01-01T12:00' },
      'Ill',
    );
    t.equal(await points(), 2, 'in time with the extension');
    clock.jump(HOUR);
    await assignments.removeOverride(instructor, extension.id);
    clock.jump(1);
    await assignments.update(instructor, assignment, { points: 50 }, ' Harder than planned ');
    t.equal(await points(), 9);
    clock.jump(HOUR);
    // Of somebody else, and so not the cause of what follows.
    await assignments.setOverride(admin, assignment, { memberId: await memberOf(fellow) }, { attempts: 3 });
    clock.jump(1);
    await assignments.update(instructor, assignment, { latePercentPerDay: 0, gradesVisible: true });
    clock.jump(1);
    await assignments.setOverride(admin, assignment, { memberId: await memberOf(fellow) }, { attempts: 4 });
    t.equal(await points(), 10);
    clock.jump(HOUR);
    await assignments.update(instructor, assignment, { position: 0 }, 'nothing changed');
    const byId = instructor.userId;
    t.match(await service.changes(learner, assignment, learner.userId), [
      { cause: 'work', byId: undefined, before: undefined, after: 0 },
      { cause: 'work', before: 0, after: 1.8 },
      { cause: 'terms', byId, reason: 'Ill', before: 1.8, after: 2 },
      { cause: 'terms', byId, reason: 'Harder than planned', before: 2, after: 9 },
      { cause: 'terms', byId, reason: '', before: 9, after: 10 },
    ]);
    const due = new Date('2030-01-01T12:00:00Z').toISOString();
    t.match(await assignments.edits(instructor, assignment), [
      { byId: admin.userId, changes: [{ field: 'attempts', before: '3', after: '4' }] },
      { byId, memberId: undefined, changes: [{ field: 'latePercentPerDay', before: '10', after: '0' }] },
      { byId: admin.userId, changes: [{ field: 'attempts', before: undefined, after: '3' }] },
      { reason: 'Harder than planned', changes: [{ field: 'points', before: '10', after: '50' }] },
      { memberId, changes: [{ field: 'dueAt', before: due, after: undefined }] },
      { memberId, reason: 'Ill', changes: [{ field: 'dueAt', before: undefined, after: due }] },
    ]);
  },
);

await eachDatabase(t, 'staff give points with a reason, and withdraw them', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { service, instructor, learner, actors, assignment, answer, points, memberOf } = world;
  const memberId = await memberOf(learner);
  const give = (given: number, reason = 'Oral exam') =>
    service.give(instructor, assignment, memberId, { points: given, reason });
  t.match(await give(7.126), {
    points: 7.13,
    workPoints: undefined,
    given: { points: 7.13, reason: 'Oral exam' },
  });
  await answer(learner, true);
  t.equal(await points(), 7.13, 'the work does not change it');
  t.match(await service.get(instructor, assignment, learner.userId), { points: 7.13, workPoints: 2 });
  t.equal((await give(12, 'Bonus')).points, 12, 'more than possible');
  t.match(await service.withdraw(actors.assistant, assignment, memberId, 'A mistake'), {
    points: 2,
    given: undefined,
  });
  await service.withdraw(actors.assistant, assignment, memberId, 'Again');
  t.match(await service.changes(instructor, assignment, learner.userId), [
    { cause: 'given', byId: instructor.userId, reason: 'Oral exam', before: undefined, after: 7.13 },
    { cause: 'given', reason: 'Bonus', before: 7.13, after: 12 },
    { cause: 'withdrawn', byId: actors.assistant?.userId, reason: 'A mistake', before: 12, after: 2 },
  ]);
  for (const wrong of [-1, Number.NaN, Infinity, 1e9]) {
    t.equal(await outcomeOf(() => give(wrong)), 'INPUT_INVALID');
  }
  for (const reason of ['', ' ', 'x'.repeat(501)]) {
    t.equal(await outcomeOf(() => give(1, reason)), 'INPUT_INVALID');
  }
  const changed = await service.changes(instructor, assignment, learner.userId);
  await world.assignments.update(instructor, assignment, { points: 20 });
  await give(1);
  t.match((await service.changes(instructor, assignment, learner.userId)).slice(changed.length), [
    { cause: 'terms', before: 2, after: 4 },
    { cause: 'given', before: 4, after: 1 },
  ]);
  for (const other of [actors.assistant, actors.observer, instructor]) {
    const id = await memberOf(other);
    const outcome = outcomeOf(() =>
      service.give(instructor, assignment, id, { points: 1, reason: 'Not a learner' }),
    );
    t.equal(await outcome, 'INPUT_INVALID');
  }
  t.equal(
    await outcomeOf(() => world.assignments.delete(instructor, assignment)),
    'ASSIGNMENT_HAS_WORK',
    'given points are not lost',
  );
});

await eachDatabase(t, 'learners see their own grades, unless these are hidden', async (t, database) => {
  const world = await gradeWorld(t, database, machine, { gradesVisible: false });
  const { service, assignments, instructor, learner, actors, assignment, answer, points } = world;
  await answer(learner, true);
  t.equal(await points(), undefined);
  t.equal(await outcomeOf(() => service.get(learner, assignment, learner.userId)), 'FORBIDDEN');
  t.equal(await outcomeOf(() => service.changes(learner, assignment, learner.userId)), 'FORBIDDEN');
  t.match(await service.get(actors.observer, assignment, learner.userId), { points: 2 });
  await assignments.update(instructor, assignment, { gradesVisible: true });
  t.equal(await points(), 2);
  await assignments.update(instructor, assignment, { visible: false });
  t.equal(await points(), undefined, 'of a hidden assignment');
});

await eachDatabase(t, 'a gradebook has all learners, their grades and totals', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { service, instructor, learner, course, assignments, members, person, answer, memberOf, clock } =
    world;
  const other = await assignments.create(instructor, course.id, 'lab', { points: 5, position: 0 });
  // Members are listed in the order of their milliseconds.
  clock.jump(1);
  const second = await person('Second');
  await members.add(instructor, course.id, { userId: second.userId, role: 'learner' });
  await answer(learner, true);
  await service.give(instructor, other.id, await memberOf(learner), { points: 0.1, reason: 'x' });
  await members.update(instructor, await memberOf(learner), { active: false });
  const { assignments: columns, rows } = await service.gradebook(instructor, course.id, page);
  t.same(
    columns.map(({ labSlug }) => labSlug),
    ['lab', 'mixed'],
  );
  t.match(
    rows.items.map(({ node }) => node),
    [
      {
        member: { userId: learner.userId, active: false },
        grades: [{ points: 0.1 }, { points: 2 }],
        total: 2.1,
      },
      { member: { userId: second.userId }, grades: [undefined, undefined], total: 0 },
    ],
  );
  const first = await service.gradebook(instructor, course.id, { first: 1 });
  t.equal(first.rows.hasNextPage, true);
  const after = first.rows.items[0]?.cursor;
  const next = await service.gradebook(instructor, course.id, { first: 1, after });
  t.equal(next.rows.items[0]?.node.member.userId, second.userId);
  t.equal(next.rows.hasNextPage, false);
});

await eachDatabase(t, 'pages of a gradebook are shorter if it has many assignments', async (t, database) => {
  const { service, instructor, course, assignment, person, members } = await gradeWorld(t, database, machine);
  const row = await database.client.assignment.findUniqueOrThrow({ where: { id: assignment } });
  await database.client.assignment.createMany({
    data: Array.from({ length: 1_999 }, (_, n) => ({ ...row, id: newId(), position: n + 1 })),
  });
  const second = await person('Second');
  await members.add(instructor, course.id, { userId: second.userId, role: 'learner' });
  const third = await person('Third');
  await members.add(instructor, course.id, { userId: third.userId, role: 'learner' });
  const fourth = await person('Fourth');
  await members.add(instructor, course.id, { userId: fourth.userId, role: 'learner' });
  const { rows } = await service.gradebook(instructor, course.id, page);
  t.match(rows, { items: { length: 3 }, hasNextPage: true });
  const after = rows.items.at(-1)?.cursor;
  const next = await service.gradebook(instructor, course.id, { ...page, after });
  t.match(next.rows, { items: { length: 1 }, hasNextPage: false });
});

await eachDatabase(t, 'who may see and change grades', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { service, learner, course, assignment, actors, memberOf, answer } = world;
  await answer(learner, true);
  const memberId = await memberOf(learner);
  const no = 'FORBIDDEN';
  const lost = 'ASSIGNMENT_NOT_FOUND';
  const hidden = 'COURSE_NOT_FOUND';
  const nobody = 'UNAUTHENTICATED';
  type Ask = (actor: (typeof actors)['learner']) => Promise<unknown>;
  const expected: Record<keyof typeof service, [Ask, string[]]> = {
    gradebook: [
      (actor) => service.gradebook(actor, course.id, page),
      ['ok', 'ok', 'ok', no, hidden, hidden, hidden, 'ok', nobody],
    ],
    mine: [
      async (actor) => service.mine(actor, [assignment]),
      ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', nobody],
    ],
    get: [
      (actor) => service.get(actor, assignment, learner.userId),
      ['ok', 'ok', 'ok', 'ok', lost, lost, lost, 'ok', nobody],
    ],
    changes: [
      (actor) => service.changes(actor, assignment, learner.userId),
      ['ok', 'ok', 'ok', 'ok', lost, lost, lost, 'ok', nobody],
    ],
    give: [
      (actor) => service.give(actor, assignment, memberId, { points: 1, reason: 'x' }),
      ['ok', 'ok', no, no, lost, lost, lost, 'ok', nobody],
    ],
    withdraw: [
      (actor) => service.withdraw(actor, assignment, memberId, 'x'),
      ['ok', 'ok', no, no, lost, lost, lost, 'ok', nobody],
    ],
    previewOverride: [
      (actor) => service.previewOverride(actor, assignment, { memberId }, { attempts: 2 }),
      ['ok', 'ok', no, no, lost, lost, lost, 'ok', nobody],
    ],
    preview: [
      (actor) => service.preview(actor, assignment, { points: 1 }),
      ['ok', no, no, no, lost, lost, lost, 'ok', nobody],
    ],
  };
  t.same(Object.keys(service).toSorted(), Object.keys(expected).toSorted());
  for (const [name, [ask, row]] of Object.entries(expected)) {
    const outcomes = [];
    for (const who of courseActors) outcomes.push(await outcomeOf(() => ask(actors[who])));
    t.same(outcomes, row, name);
  }
  t.same(await service.mine(actors.otherLearner, [assignment]), [undefined]);
  const fellow = await world.person('Fellow');
  await world.members.add(world.instructor, course.id, { userId: fellow.userId, role: 'learner' });
  await answer(fellow, true);
  for (const read of [service.get, service.changes]) {
    t.equal(await outcomeOf(() => read(learner, assignment, fellow.userId)), no, 'a fellow');
    t.equal(await outcomeOf(() => read(fellow, assignment, fellow.userId)), 'ok');
  }
  t.equal(
    await outcomeOf(() => service.get(learner, assignment, 'none')),
    no,
    'nobody learns who is a member',
  );
  t.equal(
    await outcomeOf(() => service.give(actors.instructor, assignment, 'none', { points: 1, reason: 'x' })),
    'MEMBER_NOT_FOUND',
  );
});
