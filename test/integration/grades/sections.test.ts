import t from 'tap';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { gradeWorld } from '../../kit/service/grades.ts';

const machine = await startCheckMachine(t);

await eachDatabase(t, 'staff list the learners of one section', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { instructor, learner, assignment, course, courses, members, help, clock, person } = world;
  const { id: sectionId } = await courses.createSection(instructor, course.id, 'B');
  const inSection = [];
  for (const name of ['Second', 'Third']) {
    clock.jump(1);
    const { userId, ...rest } = await person(name);
    await members.add(instructor, course.id, { userId, role: 'learner', sectionId });
    await help.raise({ userId, ...rest }, assignment, {});
    inSection.push(userId);
  }
  await help.raise(learner, assignment, {});
  const page = { first: 10, sectionId };
  const { rows } = await world.service.gradebook(instructor, course.id, page);
  t.same(
    rows.items.map(({ node }) => node.member.userId),
    inSection,
  );
  const first = await world.matrix.rows(instructor, assignment, { ...page, first: 1 });
  const after = first.items[0]?.cursor;
  const next = await world.matrix.rows(instructor, assignment, { ...page, after });
  t.same(
    [...first.items, ...next.items].map(({ node }) => node.member.userId),
    inSection,
    'over pages',
  );
  const { items } = await help.hands(instructor, course.id, page);
  t.same(
    items.map(({ node }) => node.learnerId),
    inSection,
  );
  t.equal((await help.hands(instructor, course.id, { first: 10 })).items.length, 3);
  const { id: elsewhere } = await courses.create(instructor, { title: 'Another' });
  const other = await courses.createSection(instructor, elsewhere, 'B');
  for (const wrong of ['none', other.id]) {
    const asked = { first: 10, sectionId: wrong };
    const listings: (() => Promise<unknown>)[] = [
      () => world.service.gradebook(instructor, course.id, asked),
      () => world.matrix.rows(instructor, assignment, asked),
      () => help.hands(instructor, course.id, asked),
      () => members.list(instructor, course.id, { sectionId: wrong }, { first: 10 }),
    ];
    for (const listing of listings) await t.rejects(listing(), { code: 'SECTION_NOT_FOUND' });
  }
});
