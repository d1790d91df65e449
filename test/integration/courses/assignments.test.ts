import t from 'tap';
import { courseWorld } from '../../kit/service/courses.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { pinnedVersions } from '../../../src/domains/courses/assignment-store.ts';

await eachDatabase(
  t,
  'a course of a collection has its labs as assignments, in order',
  async (t, database) => {
    const { courses, assignments, person } = await courseWorld(t, database);
    const instructor = await person('Ines', 'instructor');
    const course = await courses.create(instructor, { title: 'x', collection: 'docker' });
    const all = await assignments.list(instructor, course.id);
    t.match(all, [
      { labSlug: 'first', position: 0, points: 100, visible: true, title: '', labVersion: undefined },
      { labSlug: 'second', position: 1 },
      { labSlug: 'third', position: 2 },
    ]);
    const slugs = async () => (await assignments.list(instructor, course.id)).map(({ labSlug }) => labSlug);
    await assignments.update(instructor, all[2]?.id ?? '', { position: 0 });
    t.same(await slugs(), ['third', 'first', 'second']);
    const added = await assignments.create(instructor, course.id, 'fourth', { position: 1 });
    t.equal(added.position, 1);
    t.same(await slugs(), ['third', 'fourth', 'first', 'second']);
    await assignments.update(instructor, added.id, { position: 99 });
    t.equal(await assignments.delete(instructor, all[0]?.id ?? ''), true);
    t.equal(await assignments.delete(instructor, all[0]?.id ?? ''), false);
    const left = await assignments.list(instructor, course.id);
    t.match(left, [
      { labSlug: 'third', position: 0 },
      { labSlug: 'second', position: 1 },
      { labSlug: 'fourth', position: 2 },
    ]);
    await courses.delete(instructor, course.id);
    t.equal(await database.client.assignment.count(), 0);
  },
);

await eachDatabase(t, 'the terms of an assignment are set, kept and removed', async (t, database) => {
  const world = await courseWorld(t, database);
  const { assignments, courses } = world;
  const { course, instructor } = await world.openCourse();
  await courses.update(instructor, course.id, { timeZone: 'Asia/Seoul' });
  const { id } = await assignments.create(instructor, course.id, 'lab', {
    title: 'Homework',
    dueAt: '2030-01-31T23:59',
    closesAt: '2030-02-07T15:00:00Z',
    points: 10,
    attempts: 3,
    counts: 'last',
    latePercentPerDay: 10,
    lateFloorPercent: 50,
    graceMinutes: 15,
    timeLimitMinutes: 90,
  });
  const set = {
    title: 'Homework',
    dueAt: new Date('2030-01-31T14:59:00Z'),
    closesAt: new Date('2030-02-07T15:00:00Z'),
    opensAt: undefined,
    points: 10,
    attempts: 3,
    counts: 'last',
    latePercentPerDay: 10,
    lateFloorPercent: 50,
    graceMinutes: 15,
    timeLimitMinutes: 90,
  };
  t.match(await assignments.get(instructor, id), set);
  t.match(await assignments.update(instructor, id, { points: 20 }), { ...set, points: 20 });
  const removed = { dueAt: null, closesAt: null, attempts: null, timeLimitMinutes: null };
  t.match(await assignments.update(instructor, id, removed), {
    dueAt: undefined,
    closesAt: undefined,
    attempts: undefined,
    timeLimitMinutes: undefined,
  });

  t.match(await assignments.update(instructor, id, { pinned: true }), { labVersion: 'version of lab' });
  t.same(await pinnedVersions(database), [{ slug: 'lab', version: 'version of lab' }]);
  t.match(await assignments.update(instructor, id, { pinned: false }), { labVersion: undefined });

  const refused = (change: object, code: string) =>
    t.rejects(assignments.update(instructor, id, change), { code }, JSON.stringify(change));
  await refused({ points: -1 }, 'INPUT_INVALID');
  await refused({ dueAt: 'soon' }, 'INPUT_INVALID');
  await refused({ opensAt: '2030-02-01T00:00', dueAt: '2030-01-31T00:00' }, 'DATES_INVALID');
  await refused({ position: -1 }, 'INPUT_INVALID');
  await courses.update(instructor, course.id, { timeZone: 'Europe/Berlin' });
  await refused({ dueAt: '2030-03-31T02:30' }, 'INPUT_INVALID');
  await t.rejects(assignments.create(instructor, course.id, 'no lab', {}), { code: 'LAB_NOT_FOUND' });
  await t.rejects(assignments.create(instructor, course.id, 'lab', { position: -1 }), {
    code: 'INPUT_INVALID',
  });
  t.equal((await assignments.list(instructor, course.id)).length, 1);
});

await eachDatabase(t, 'overrides apply to their member or section', async (t, database) => {
  const world = await courseWorld(t, database);
  const { assignments, courses, members } = world;
  const { course, instructor, actors } = await world.openCourse();
  const { learner, assistant } = actors;
  const other = await world.openCourse();
  const { id } = await assignments.create(instructor, course.id, 'lab', {
    dueAt: '2030-01-31T12:00:00Z',
    timeLimitMinutes: 60,
  });
  const termsOf = async (actor: Actor | undefined) => (await assignments.terms(actor, [id]))[0];
  const found = await members.list(instructor, course.id, { role: 'learner' }, { first: 5 });
  const memberId = found.items[0]?.node.id ?? '';
  const section = await courses.createSection(instructor, course.id, 'A');
  await members.update(instructor, memberId, { sectionId: section.id });

  t.match(await termsOf(learner), { timeLimitMinutes: 60, attempts: undefined });
  await assignments.setOverride(
    assistant,
    id,
    { sectionId: section.id },
    { dueAt: '2030-02-01T12:00:00Z', attempts: 2 },
  );
  const mine = await assignments.setOverride(assistant, id, { memberId }, { timeFactor: 1.5 });
  t.match(await termsOf(learner), {
    dueAt: new Date('2030-02-01T12:00:00Z'),
    timeLimitMinutes: 90,
    attempts: 2,
  });
  t.match(await termsOf(instructor), {
    dueAt: new Date('2030-01-31T12:00:00Z'),
    timeLimitMinutes: 60,
  });
  const replaced = await Promise.all(
    [1, 2, 3, 4].map((hours) =>
      assignments.setOverride(instructor, id, { memberId }, { extraMinutes: hours * 60 }),
    ),
  );
  t.same(
    new Set(replaced.map((override) => override.id)),
    new Set([mine.id]),
    'there is one for each member',
  );
  t.equal((await assignments.overrides(instructor, id)).length, 2);

  await members.update(instructor, memberId, { sectionId: null });
  t.match(await termsOf(learner), {
    dueAt: new Date('2030-01-31T12:00:00Z'),
    attempts: undefined,
  });
  t.equal(await assignments.removeOverride(instructor, mine.id), true);
  t.equal(await assignments.removeOverride(instructor, mine.id), false);
  t.match(await termsOf(learner), { timeLimitMinutes: 60 });

  const foreign = await members.list(other.instructor, other.course.id, {}, { first: 1 });
  const set = (whose: { memberId: string } | { sectionId: string }, input: object) =>
    assignments.setOverride(instructor, id, whose, input);
  await t.rejects(set({ memberId: foreign.items[0]?.node.id ?? '' }, {}), { code: 'MEMBER_NOT_FOUND' });
  await t.rejects(set({ sectionId: memberId }, {}), { code: 'SECTION_NOT_FOUND' });
  await t.rejects(set({ memberId }, { timeFactor: 0 }), { code: 'INPUT_INVALID' });
  await t.rejects(set({ memberId }, { opensAt: '2030-02-01T00:00', dueAt: '2030-01-01T00:00' }), {
    code: 'DATES_INVALID',
  });
  await assignments.update(instructor, id, { opensAt: '2030-01-15T00:00:00Z' });
  await t.rejects(set({ memberId }, { dueAt: '2030-01-14T00:00:00Z' }), { code: 'DATES_INVALID' });
  await t.rejects(
    set({ memberId }, { opensAt: '2030-02-05T00:00:00Z' }),
    { code: 'DATES_INVALID' },
    'after it is due',
  );
  await t.rejects(
    set({ memberId }, { closesAt: '2030-01-30T00:00:00Z' }),
    { code: 'DATES_INVALID' },
    'before it is due',
  );
  await t.rejects(
    assignments.update(instructor, id, { opensAt: '2030-02-01T12:00:00Z', dueAt: '2030-03-01T00:00:00Z' }),
    { code: 'DATES_INVALID', message: /do not fit an override, by which it would be due before it opens/ },
  );
  await courses.deleteSection(instructor, section.id);
  t.same(await assignments.overrides(instructor, id), [], 'an override goes with its section');
});

await eachDatabase(t, 'hidden assignments do not exist for learners', async (t, database) => {
  const world = await courseWorld(t, database);
  const { assignments } = world;
  const { course, instructor, actors } = await world.openCourse();
  const { learner, observer } = actors;
  const { id } = await assignments.create(instructor, course.id, 'lab', { visible: false });
  t.same(await assignments.list(learner, course.id), []);
  t.equal((await assignments.list(observer, course.id)).length, 1);
  await t.rejects(assignments.get(learner, id), { code: 'ASSIGNMENT_NOT_FOUND' });
  t.same(await assignments.terms(learner, [id]), [undefined]);
  t.match(await assignments.terms(observer, [id, 'none']), [{ attempts: undefined }, undefined]);
  const hidden: (() => Promise<unknown>)[] = [
    () => assignments.update(learner, id, {}),
    () => assignments.setOverride(learner, id, { memberId: 'x' }, {}),
    () => assignments.overrides(learner, id),
  ];
  for (const ask of hidden) await t.rejects(ask(), { code: 'ASSIGNMENT_NOT_FOUND' });
  t.equal(await assignments.delete(learner, id), false);
  await assignments.update(instructor, id, { visible: true });
  t.match(await assignments.get(learner, id), { id });
});
