import t from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { newId } from '../../../src/core/ids.ts';
import { createAttemptStore } from '../../../src/domains/checks/results/attempt-store.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import type { AccessLimits } from '../../../src/domains/identity/work-access-limits.ts';
import { createSavedListStore } from '../../../src/domains/sessions/saves/saved-list-store.ts';
import { createSessionStore } from '../../../src/domains/sessions/session-store.ts';
import { createRecordingStore } from '../../../src/domains/terminals/recordings/recording-store.ts';
import { courseActors, courseWorld, workAccessOn } from '../../kit/service/courses.ts';
import type { CourseActorName } from '../../kit/service/courses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

type Name = Exclude<CourseActorName, 'nobody'>;

/** Pieces of work: whose, and for which course. `elsewhere` is a course of the other instructor. */
const works: Record<string, { of: Name; course?: 'here' | 'elsewhere' }> = {
  'a learner, for the course': { of: 'learner', course: 'here' },
  'a learner, self-study': { of: 'learner' },
  'a learner, for another course': { of: 'learner', course: 'elsewhere' },
  'an assistant, for the course': { of: 'assistant', course: 'here' },
  'an instructor, for the course': { of: 'instructor', course: 'here' },
  'an instructor, self-study': { of: 'instructor' },
  'an admin, for the course': { of: 'admin', course: 'here' },
  'a former member, for the course': { of: 'formerMember', course: 'here' },
  'a former member, self-study': { of: 'formerMember' },
  'somebody else, self-study': { of: 'otherLearner' },
};

/** Who may access each piece of work, in addition to its owner and to admins. */
const expected: Record<keyof typeof works, Name[]> = {
  'a learner, for the course': ['instructor', 'assistant'],
  // The learner is a member of the other course, too.
  'a learner, self-study': ['instructor', 'otherInstructor'],
  'a learner, for another course': ['otherInstructor'],
  'an assistant, for the course': ['instructor'],
  'an instructor, for the course': [],
  'an instructor, self-study': [],
  'an admin, for the course': [],
  'a former member, for the course': ['instructor', 'assistant'],
  'a former member, self-study': [],
  'somebody else, self-study': [],
};

type Window = { take: number; after: string | undefined };

/** Reads a list to its end, in small pages. */
async function inPages<Row extends { id: string }>(page: (window: Window) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let size = 1; size > 0;) {
    const next = await page({ take: 2, after: rows.at(-1)?.id });
    rows.push(...next);
    size = next.length;
  }
  return rows;
}

/** Reads the owners and courses in each list of work. */
function listsOn(database: Database) {
  const pair = ({ learnerId, courseId }: { learnerId: string; courseId?: string | null | undefined }) =>
    `${learnerId} ${courseId ?? ''}`;
  const sessions = createSessionStore({ database });
  const attempts = createAttemptStore({ database });
  const recordings = createRecordingStore({ database });
  const states = createSavedListStore({ database });
  return async (limits: AccessLimits | undefined, of: { learnerId?: string } = {}) => ({
    sessions: (await inPages((window) => sessions.page({ limits, ...of }, window))).map(pair),
    attempts: (await inPages((window) => attempts.list(of, limits, window))).map(pair),
    recordings: (await inPages((window) => recordings.page(of, limits, window))).map(pair),
    states: (await inPages((window) => states.page({ limits, viewerId: limits?.userId, ...of }, window))).map(
      pair,
    ),
  });
}

async function insertWork(
  database: Database,
  { learnerId, courseId }: { learnerId: string; courseId: string | null },
) {
  const [id, at] = [newId(), new Date()];
  const of = { id, learnerId, courseId, labSlug: 'lab' };
  const ends = { expiresAt: at, endsAt: at, maxEndsAt: at, lastActivityAt: at, idleMinutes: 1 };
  const { client } = database;
  await client.session.create({
    data: { ...of, ...ends, labVersion: 'v1', state: 'ended', createdAt: at, queuedAt: at },
  });
  await client.attempt.create({
    data: { ...of, labVersion: 'v1', stepId: 'step', state: 'finished', startedAt: at },
  });
  const shell = { terminalId: id, sessionId: id, machineName: 'main', openedById: learnerId };
  await client.recording.create({
    data: { ...of, ...shell, input: false, rows: 24, cols: 80, startedAt: at, writtenAt: at },
  });
  await client.savedState.create({
    data: { ...of, labVersion: 'v1', madeById: learnerId, state: 'complete', createdAt: at, expiresAt: at },
  });
}

await eachDatabase(t, 'who may access whose work, one by one and in lists', async (t, database) => {
  const { openCourse, courses, members, admin } = await courseWorld(t, database);
  const { course, instructor, actors } = await openCourse();
  const { otherInstructor, learner } = actors as Record<Name, Actor>;
  const other = await courses.create(otherInstructor, { title: 'Elsewhere', state: 'open' });
  await members.add(otherInstructor, other.id, { userId: learner.userId, role: 'learner' });
  await members.add(instructor, course.id, { userId: admin.userId, role: 'learner' });
  const workAccess = workAccessOn(database);
  const lists = listsOn(database);
  const courseIds = { here: course.id, elsewhere: other.id };
  const made = new Map(
    Object.entries(works).map(([name, { of, course: at }]) => [
      name,
      { learnerId: actors[of]?.userId ?? '', courseId: at ? courseIds[at] : null },
    ]),
  );
  for (const work of made.values()) await insertWork(database, work);

  for (const name of courseActors) {
    const actor = actors[name];
    if (!actor) continue;
    const accessible = Object.keys(works).filter(
      (work) => name === 'admin' || works[work]?.of === name || expected[work]?.includes(name as Name),
    );
    const pairs = accessible.map((work) => `${made.get(work)?.learnerId} ${made.get(work)?.courseId ?? ''}`);
    const among = await workAccess.among(actor, [...made.values()]);
    t.same(
      among.map(({ learnerId, courseId }) => `${learnerId} ${courseId ?? ''}`),
      pairs,
      name,
    );
    for (const [kind, found] of Object.entries(await lists(await workAccess.limits(actor)))) {
      t.same(found.toSorted(), pairs.toSorted(), `${kind}, ${name}`);
    }
    const of = { learnerId: learner.userId };
    const ofLearner = pairs.filter((pair) => pair.startsWith(learner.userId));
    for (const [kind, found] of Object.entries(await lists(await workAccess.limits(actor), of))) {
      t.same(found.toSorted(), ofLearner.toSorted(), `${kind} of the learner, ${name}`);
    }
  }
});

await eachDatabase(t, 'whose data staff see', async (t, database) => {
  const { openCourse, identity } = await courseWorld(t, database);
  const { actors } = await openCourse();
  const { users } = identity;
  const [instructor, assistant, former, learner, stranger, admin] = (
    ['instructor', 'assistant', 'formerMember', 'learner', 'otherLearner', 'admin'] as const
  ).map((name) => actors[name] as Actor) as [Actor, Actor, Actor, Actor, Actor, Actor];
  const all = [instructor, assistant, former, learner, stranger, admin].map(({ userId }) => userId);
  const seen = async (actor: Actor) =>
    (await users.getMany(actor, all)).map((user) => all.indexOf(user?.id ?? '')).filter((at) => at >= 0);
  t.same(await seen(instructor), [0, 1, 2, 3], 'members, also former ones');
  t.same(await seen(assistant), [0, 1, 2, 3]);
  t.same(await seen(former), [2]);
  t.same(await seen(learner), [3]);
  t.same(await seen(admin), [0, 1, 2, 3, 4, 5]);
  await t.rejects(users.get(instructor, stranger.userId), { code: 'USER_NOT_FOUND' });
  const listed = await users.list(instructor, {}, { first: 100 });
  const observer = actors.observer?.userId ?? '';
  t.same(
    new Set(listed.items.map(({ node }) => node.id)),
    new Set([...all.slice(0, 4), observer]),
    'a list has the same people',
  );
  const found = await users.list(instructor, { search: 'stranger' }, { first: 100 });
  t.same(found.items, [], 'a search finds nobody else');
});

await eachDatabase(t, 'a removed member leaves their work and name in the course', async (t, database) => {
  const { openCourse, members, identity, admin } = await courseWorld(t, database);
  const { course, instructor, actors } = await openCourse();
  const { learner, assistant, otherInstructor } = actors as Record<Name, Actor>;
  await insertWork(database, { learnerId: learner.userId, courseId: course.id });
  const { items } = await members.list(admin, course.id, { role: 'learner' }, { first: 10 });
  await members.remove(instructor, items[0]?.node.id ?? '');
  const workAccess = workAccessOn(database);
  for (const staff of [instructor, assistant]) {
    t.equal(await workAccess.includes(staff, { learnerId: learner.userId, courseId: course.id }), true);
    t.equal((await identity.users.get(staff, learner.userId)).id, learner.userId);
  }
  t.equal(await workAccess.includes(instructor, { learnerId: learner.userId }), false, 'no self-study');
  await t.rejects(identity.users.get(otherInstructor, learner.userId), { code: 'USER_NOT_FOUND' });
});

await eachDatabase(t, 'instructors may access self-study only through open courses', async (t, database) => {
  const { openCourse, courses } = await courseWorld(t, database);
  const { course, instructor, actors } = await openCourse();
  const { learner } = actors as Record<Name, Actor>;
  await insertWork(database, { learnerId: learner.userId, courseId: null });
  await insertWork(database, { learnerId: learner.userId, courseId: course.id });
  const workAccess = workAccessOn(database);
  const lists = listsOn(database);
  const counts = async () => {
    const of = [{ learnerId: learner.userId }, { learnerId: learner.userId, courseId: course.id }];
    const accessible = (await workAccess.among(instructor, of)).length;
    return [accessible, (await lists(await workAccess.limits(instructor))).sessions.length];
  };
  t.same(await counts(), [2, 2]);
  await courses.update(instructor, course.id, { state: 'archived' });
  t.same(await counts(), [1, 1]);
});

await eachDatabase(
  t,
  'an instructor with very many courses and learners may access their work and data',
  async (t, database) => {
    const { openCourse, identity } = await courseWorld(t, database);
    const { course, instructor, actors } = await openCourse();
    const { learner } = actors as Record<Name, Actor>;
    const at = new Date();
    const ids = Array.from({ length: 1_200 }, () => newId());
    const common = { title: 'Another', timeZone: 'UTC', state: 'open', createdById: 'x' } as const;
    const member = {
      userId: instructor.userId,
      role: 'instructor',
      source: 'manual',
      createdAt: at,
    } as const;
    await database.client.course.createMany({
      data: ids.map((id) => ({ id, ...common, createdAt: at, updatedAt: at })),
    });
    await database.client.courseMember.createMany({
      data: ids.map((courseId) => ({ id: newId(), courseId, ...member })),
    });
    await insertWork(database, { learnerId: learner.userId, courseId: null });
    await insertWork(database, { learnerId: learner.userId, courseId: course.id });
    const workAccess = workAccessOn(database);
    const requireTwo = async () => {
      const found = await listsOn(database)(await workAccess.limits(instructor));
      for (const [kind, list] of Object.entries(found)) t.equal(list.length, 2, kind);
    };
    await requireTwo();
    const users = Array.from({ length: 600 }, () => ({ id: newId(), name: 'x', role: 'student' as const }));
    await database.client.user.createMany({ data: users.map((user) => ({ ...user, createdAt: at })) });
    const added = { courseId: course.id, role: 'learner', source: 'manual', createdAt: at } as const;
    await database.client.courseMember.createMany({
      data: users.map(({ id: userId }) => ({ id: newId(), userId, ...added })),
    });
    t.same((await workAccess.limits(instructor))?.students, undefined, 'too many to name');
    await requireTwo();
    const [one] = (await identity.users.list(instructor, { search: 'Learner' }, { first: 9 })).items;
    t.equal(one?.node.id, learner.userId);
    t.equal((await workAccess.people(instructor, [learner.userId])).size, 1);
  },
);

await eachDatabase(t, 'staff who leave a course lose access to the work in it', async (t, database) => {
  const { openCourse, members, admin } = await courseWorld(t, database);
  const { course, actors } = await openCourse();
  const { assistant, learner } = actors as Record<Name, Actor>;
  const work = { learnerId: learner.userId, courseId: course.id };
  const workAccess = workAccessOn(database);
  t.equal(await workAccess.includes(assistant, work), true);
  const { items } = await members.list(admin, course.id, { role: 'assistant' }, { first: 10 });
  const member = items.find(({ node }) => node.userId === assistant.userId)?.node;
  await members.update(admin, member?.id ?? '', { role: 'observer' });
  t.equal(await workAccess.includes(assistant, work), false);
  t.equal(await workAccess.includes(assistant, { learnerId: assistant.userId }), true, 'but their own work');
});
