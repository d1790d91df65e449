import t from 'tap';
import { courseWorld } from '../../kit/service/courses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

await eachDatabase(t, 'a course has what its instructor sets', async (t, database) => {
  const { courses, person } = await courseWorld(t, database);
  const instructor = await person('Ines', 'instructor');
  const course = await courses.create(instructor, {
    title: '  Docker 101 ',
    code: 'CS101',
    term: 'Spring 2027',
    timeZone: 'asia/seoul',
    collection: 'docker',
  });
  t.match(course, {
    title: 'Docker 101',
    code: 'CS101',
    term: 'Spring 2027',
    timeZone: 'Asia/Seoul',
    state: 'draft',
    collection: 'docker',
  });
  t.same(await courses.get(instructor, course.id), course);
  t.same(await courses.roles(instructor, [course.id, 'none']), ['instructor', undefined]);
  const plain = await courses.create(instructor, { title: 'x' });
  t.match(plain, { code: '', term: '', timeZone: 'Europe/Berlin', collection: undefined });
  const changed = await courses.update(instructor, plain.id, { title: 'y', term: 'Fall' });
  t.match(changed, { title: 'y', term: 'Fall', code: '' });
});

await eachDatabase(t, 'invalid courses are refused', async (t, database) => {
  const { courses, person } = await courseWorld(t, database);
  const instructor = await person('Ines', 'instructor');
  const create = (input: object) => courses.create(instructor, { title: 'x', ...input });
  await t.rejects(create({ title: ' ' }), { code: 'INPUT_INVALID', message: /^A title has 1 to 120/ });
  await t.rejects(create({ title: 'x'.repeat(121) }), { code: 'INPUT_INVALID' });
  await t.rejects(create({ term: 'two\nlines' }), { code: 'INPUT_INVALID' });
  for (const timeZone of ['Mars/Olympus', '+09:00', '', 'x'.repeat(10_000)])
    await t.rejects(create({ timeZone }), { code: 'INPUT_INVALID', message: /is not a time zone/ });
  await t.rejects(create({ collection: 'none' }), { code: 'COLLECTION_NOT_FOUND' });
  t.same((await courses.list(instructor, {}, { first: 10 })).items, []);
});

await eachDatabase(t, 'instructors say whether a course is recorded', async (t, database) => {
  const { courses, recordedCourses, openCourse } = await courseWorld(t, database);
  const { course, instructor, actors } = await openCourse();
  t.same(await recordedCourses([course.id]), new Set());
  t.match(await courses.update(instructor, course.id, { recorded: true }), { recorded: true });
  t.match(await courses.get(actors.learner, course.id), { recorded: true });
  const other = await courses.create(instructor, { title: 'Other' });
  const copy = await courses.copy(instructor, course.id, {});
  const third = await courses.create(instructor, { title: 'Third', recorded: true });
  const ids = [course.id, other.id, copy.id, third.id, 'unknown'];
  t.same(await recordedCourses(ids), new Set([course.id, copy.id, third.id]));
  await t.rejects(courses.update(actors.assistant, course.id, { recorded: false }), { code: 'FORBIDDEN' });
  await courses.update(instructor, course.id, { recorded: false, title: 'Renamed' });
  t.same(await recordedCourses([course.id]), new Set());
  await courses.update(instructor, course.id, { state: 'archived' });
  await t.rejects(courses.update(instructor, course.id, { recorded: true, state: 'archived' }), {
    code: 'COURSE_ARCHIVED',
  });
});

await eachDatabase(t, 'courses are listed newest first, in pages', async (t, database) => {
  const { courses, person, admin, clock } = await courseWorld(t, database);
  const instructor = await person('Ines', 'instructor');
  for (const title of ['one', 'two', 'three']) {
    await courses.create(instructor, { title });
    await clock.advance(1);
  }
  const titles = (page: Awaited<ReturnType<typeof courses.list>>) => page.items.map(({ node }) => node.title);
  const first = await courses.list(instructor, {}, { first: 2 });
  t.same(titles(first), ['three', 'two']);
  t.equal(first.hasNextPage, true);
  const rest = await courses.list(instructor, {}, { first: 2, after: first.items[1]?.cursor });
  t.same(titles(rest), ['one']);
  t.same(titles(await courses.list(admin, { state: 'open' }, { first: 2 })), []);
});

await eachDatabase(
  t,
  'learners see a course once it is open, and it can be archived',
  async (t, database) => {
    const world = await courseWorld(t, database);
    const { courses, members } = world;
    const { course, instructor, actors } = await world.openCourse();
    const { learner, assistant, observer } = actors;
    await courses.update(instructor, course.id, { state: 'draft' });
    t.match(await courses.get(assistant, course.id), { state: 'draft' });
    await t.rejects(courses.get(learner, course.id), { code: 'COURSE_NOT_FOUND' });
    await t.rejects(courses.get(observer, course.id), { code: 'COURSE_NOT_FOUND' });
    t.same((await courses.list(learner, {}, { first: 5 })).items, []);

    await courses.update(instructor, course.id, { state: 'archived' });
    t.match(await courses.get(learner, course.id), { state: 'archived' });
    await t.rejects(courses.update(instructor, course.id, { title: 'x' }), { code: 'COURSE_ARCHIVED' });
    await t.rejects(courses.createSection(instructor, course.id, 'x'), { code: 'COURSE_ARCHIVED' });
    const roster = Buffer.from('name,email\nAda,ada@example.org\n');
    await t.rejects(
      members.importRoster(instructor, course.id, async () => roster),
      { code: 'COURSE_ARCHIVED' },
    );
    t.match(await courses.update(instructor, course.id, { state: 'archived' }), { state: 'archived' });
    await courses.update(instructor, course.id, { state: 'open', title: 'Again' });
    t.match(await courses.get(learner, course.id), { state: 'open', title: 'Again' });
    t.equal(await courses.delete(instructor, course.id), true);
    t.equal(await courses.delete(instructor, course.id), false);
    t.equal(await database.client.courseMember.count({ where: { courseId: course.id } }), 0);
  },
);

await eachDatabase(
  t,
  'sections have unique names, and leave their members in the course',
  async (t, database) => {
    const world = await courseWorld(t, database);
    const { courses, members } = world;
    const { course, instructor } = await world.openCourse();
    const other = await world.openCourse();
    const b = await courses.createSection(instructor, course.id, 'B');
    await courses.createSection(instructor, course.id, 'A');
    const same = await Promise.allSettled(
      ['C', 'C', 'C'].map((name) => courses.createSection(instructor, course.id, name)),
    );
    t.equal(same.filter(({ status }) => status === 'fulfilled').length, 1, 'simultaneous ones too');
    await t.rejects(courses.createSection(instructor, course.id, ' A '), { code: 'SECTION_NAME_TAKEN' });
    await t.rejects(courses.renameSection(instructor, b.id, 'A'), { code: 'SECTION_NAME_TAKEN' });
    t.match(await courses.renameSection(instructor, b.id, 'Z'), { name: 'Z' });
    t.same(
      (await courses.sections(instructor, course.id)).map(({ name }) => name),
      ['A', 'C', 'Z'],
    );

    const { userId } = await world.person('Mina');
    const foreign = members.add(other.instructor, other.course.id, {
      userId,
      role: 'learner',
      sectionId: b.id,
    });
    await t.rejects(foreign, { code: 'SECTION_NOT_FOUND' });
    const mina = await members.add(instructor, course.id, { userId, role: 'learner', sectionId: b.id });
    t.equal(mina.sectionId, b.id);
    t.equal(await courses.deleteSection(instructor, b.id), true);
    t.equal(await courses.deleteSection(instructor, b.id), false);
    const { items } = await members.list(instructor, course.id, { search: 'mina' }, { first: 5 });
    t.match(
      items.map(({ node }) => node),
      [{ id: mina.id, sectionId: undefined }],
    );
  },
);

await eachDatabase(t, 'a course is copied to the next term', async (t, database) => {
  const world = await courseWorld(t, database);
  const { courses, assignments, members, person } = world;
  const instructor = await person('Ines', 'instructor');
  const of = { title: 'Docker 101', code: 'CS1', term: 'Spring', timeZone: 'UTC', collection: 'docker' };
  const course = await courses.create(instructor, { ...of, state: 'open' });
  const [first] = await assignments.list(instructor, course.id);
  const dates = { opensAt: '2030-03-01T09:00', dueAt: '2030-03-08T09:00', closesAt: '2030-03-15T09:00' };
  await assignments.update(instructor, first?.id ?? '', { ...dates, points: 7 });
  await courses.createSection(instructor, course.id, 'Monday');
  await courses.update(instructor, course.id, { state: 'archived' });

  const copy = await courses.copy(instructor, course.id, { term: 'Autumn', shiftDays: 200 });
  t.match(copy, { ...of, term: 'Autumn', state: 'draft', createdById: instructor.userId });
  t.not(copy.id, course.id);
  t.same(await courses.get(instructor, copy.id), copy);
  t.match(await assignments.list(instructor, copy.id), [
    {
      labSlug: 'first',
      points: 7,
      opensAt: new Date('2030-09-17T09:00:00Z'),
      dueAt: new Date('2030-09-24T09:00:00Z'),
      closesAt: new Date('2030-10-01T09:00:00Z'),
    },
    { labSlug: 'second', points: 100, dueAt: undefined },
    { labSlug: 'third' },
  ]);
  t.same(await courses.sections(instructor, copy.id), []);
  const { items } = await members.list(instructor, copy.id, {}, { first: 5 });
  t.match(
    items.map(({ node }) => node),
    [{ userId: instructor.userId, role: 'instructor' }],
  );
  for (const shiftDays of [0.5, 4_000, Number.NaN]) {
    await t.rejects(courses.copy(instructor, course.id, { shiftDays }), { code: 'INPUT_INVALID' });
  }
  await t.rejects(courses.copy(instructor, course.id, { title: ' ' }), { code: 'INPUT_INVALID' });
});
