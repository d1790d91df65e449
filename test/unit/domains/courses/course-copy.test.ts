import { test } from 'tap';
import { newAssignment } from '../../../../src/domains/courses/assignment-service.ts';
import { copiedAssignments } from '../../../../src/domains/courses/course-copy.ts';

const now = new Date('2030-01-01T00:00:00Z');

await test('dates move by days at the same local time, across a change of clocks', async (t) => {
  const copyOf = async (dueAt: string, shiftDays: number) => {
    const assignment = { ...newAssignment('old', 'lab', new Date(0)), dueAt: new Date(dueAt) };
    const [copy] = await copiedAssignments([assignment], {
      courseId: 'new',
      shiftDays,
      timeZone: 'Europe/Berlin',
      now,
    });
    return copy?.dueAt?.toISOString();
  };
  t.equal(await copyOf('2030-01-31T22:59:00Z', 0), '2030-01-31T22:59:00.000Z');
  t.equal(
    await copyOf('2030-01-31T22:59:00Z', 182),
    '2030-08-01T21:59:00.000Z',
    '23:59 in winter and in summer',
  );
  t.equal(await copyOf('2030-08-01T21:59:00Z', -182), '2030-01-31T22:59:00.000Z');
  t.equal(await copyOf('2030-03-30T01:30:00Z', 1), '2030-03-31T01:30:00.000Z', '2:30 does not exist: 3:30');
});

await test('a copy has the terms of its original', async (t) => {
  const original = {
    ...newAssignment('old', 'lab', new Date(0)),
    labVersion: 'v1',
    title: 'Homework',
    position: 3,
    visible: false,
    points: 7,
    attempts: 2,
    latePercentPerDay: 10,
  };
  const [copy] = await copiedAssignments([original], { courseId: 'new', shiftDays: 7, timeZone: 'UTC', now });
  t.same(copy, { ...original, id: copy?.id, courseId: 'new', createdAt: now, updatedAt: now });
  t.not(copy?.id, original.id);
});

await test('others have their turns while a long course is copied', async (t) => {
  const assignments = Array.from({ length: 500 }, (_, position) => ({
    ...newAssignment('old', 'lab', new Date(0)),
    position,
    dueAt: now,
  }));
  let turns = 0;
  let copying = true;
  const count = () => {
    turns += 1;
    if (copying) setImmediate(count);
  };
  setImmediate(count);
  const terms = { courseId: 'new', shiftDays: 7, timeZone: 'Europe/Berlin', now };
  const copies = await copiedAssignments(assignments, terms);
  copying = false;
  t.same(
    copies.map(({ position }) => position),
    assignments.map(({ position }) => position),
  );
  t.ok(turns >= 9, `${turns} turns`);
});
