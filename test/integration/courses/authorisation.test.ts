import t from 'tap';
import { courseActors, courseWorld } from '../../kit/service/courses.ts';
import { fault } from '../../../src/core/errors.ts';
import type { CourseActorName } from '../../kit/service/courses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import type { Outcome } from '../../kit/service/actors.ts';

type World = Awaited<ReturnType<typeof courseWorld>>;
type Opened = Awaited<ReturnType<World['openCourse']>>;
type Actor = Opened['actors'][CourseActorName];

/** What each actor gets, in the order of {@link courseActors}. */
type Row = [Outcome, Outcome, Outcome, Outcome, Outcome, Outcome, Outcome, Outcome, Outcome];

const hidden = 'COURSE_NOT_FOUND';
const no = 'FORBIDDEN';
const nobody = 'UNAUTHENTICATED';
const members: Row = ['ok', 'ok', 'ok', 'ok', hidden, hidden, hidden, 'ok', nobody];
const teachers: Row = ['ok', no, no, no, hidden, hidden, hidden, 'ok', nobody];
/** An operation that returns false for outsiders: for them, there is nothing. */
const gone = 'NOT_FOUND';
const quiet: Row = ['ok', no, no, no, gone, gone, gone, 'ok', nobody];
const all: Row = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', nobody];
/** The row of an operation on a part of a course, of which outsiders must not learn. */
const teachersOf = (code: Outcome): Row => ['ok', no, no, no, code, code, code, 'ok', nobody];

const section = async ({ courses }: World, { course, instructor }: Opened) =>
  (await courses.createSection(instructor, course.id, `S${Math.random()}`)).id;
const member = async ({ members, person }: World, { course, instructor }: Opened) => {
  const { userId } = await person(`Guest${Math.random()}`);
  return (await members.add(instructor, course.id, { userId, role: 'learner' })).id;
};
const invitation = async ({ invitations, clock }: World, { course, instructor }: Opened) => {
  const expiresAt = new Date(clock.now().getTime() + 1_000);
  return await invitations.create(instructor, course.id, { role: 'learner', expiresAt });
};

const assignment = async ({ assignments }: World, { course, instructor }: Opened) =>
  (await assignments.create(instructor, course.id, 'lab', {})).id;
const override = async (world: World, opened: Opened) => {
  const id = await assignment(world, opened);
  const sectionId = await section(world, opened);
  return await world.assignments.setOverride(opened.instructor, id, { sectionId }, { attempts: 2 });
};
const lost = 'ASSIGNMENT_NOT_FOUND';
/** Batched reads return undefined for what the actor may not see. */
function found([one]: readonly unknown[]): void {
  if (one === undefined) throw fault(lost);
}

type Operation = [ask: (world: World, opened: Opened, actor: Actor) => Promise<unknown>, row: Row];

/** Every operation of the services, by name. */
const operations: Record<string, Operation> = {
  'courses.create': [
    ({ courses }, _, actor) => courses.create(actor, { title: 'Mine' }),
    ['ok', no, no, no, no, 'ok', no, 'ok', nobody],
  ],
  'courses.get': [({ courses }, { course }, actor) => courses.get(actor, course.id), members],
  'courses.copy': [
    async ({ courses }, { course }, actor) => courses.copy(actor, course.id, {}),
    ['ok', no, no, no, no, hidden, no, 'ok', nobody],
  ],
  'courses.getMany': [({ courses }, { course }, actor) => courses.getMany(actor, [course.id]), all],
  'courses.list': [({ courses }, _, actor) => courses.list(actor, {}, { first: 5 }), all],
  'courses.roles': [({ courses }, { course }, actor) => courses.roles(actor, [course.id]), all],
  'courses.update': [
    ({ courses }, { course }, actor) => courses.update(actor, course.id, { title: 'x' }),
    teachers,
  ],
  'courses.delete': [({ courses }, { course }, actor) => courses.delete(actor, course.id), quiet],
  'courses.sections': [({ courses }, { course }, actor) => courses.sections(actor, course.id), members],
  'courses.createSection': [
    ({ courses }, { course }, actor) => courses.createSection(actor, course.id, 'A'),
    teachers,
  ],
  'courses.renameSection': [
    async (world, opened, actor) =>
      world.courses.renameSection(actor, await section(world, opened), `B${Math.random()}`),
    teachersOf('SECTION_NOT_FOUND'),
  ],
  'courses.deleteSection': [
    async (world, opened, actor) => world.courses.deleteSection(actor, await section(world, opened)),
    quiet,
  ],
  'assignments.list': [({ assignments }, { course }, actor) => assignments.list(actor, course.id), members],
  'assignments.get': [
    async (world, opened, actor) => world.assignments.get(actor, await assignment(world, opened)),
    ['ok', 'ok', 'ok', 'ok', lost, lost, lost, 'ok', nobody],
  ],
  'assignments.create': [
    ({ assignments }, { course }, actor) => assignments.create(actor, course.id, 'lab', {}),
    teachers,
  ],
  'assignments.update': [
    async (world, opened, actor) => world.assignments.update(actor, await assignment(world, opened), {}),
    teachersOf(lost),
  ],
  'assignments.preview': [
    async (world, opened, actor) => world.assignments.preview(actor, await assignment(world, opened), {}),
    teachersOf(lost),
  ],
  'assignments.delete': [
    async (world, opened, actor) => world.assignments.delete(actor, await assignment(world, opened)),
    quiet,
  ],
  'assignments.getMany': [
    async (world, opened, actor) =>
      found(await world.assignments.getMany(actor, [await assignment(world, opened)])),
    ['ok', 'ok', 'ok', 'ok', lost, lost, lost, 'ok', nobody],
  ],
  'assignments.terms': [
    async (world, opened, actor) =>
      found(await world.assignments.terms(actor, [await assignment(world, opened)])),
    ['ok', 'ok', 'ok', 'ok', lost, lost, lost, 'ok', nobody],
  ],
  'assignments.overrides': [
    async (world, opened, actor) => world.assignments.overrides(actor, await assignment(world, opened)),
    ['ok', 'ok', 'ok', no, lost, lost, lost, 'ok', nobody],
  ],
  'assignments.edits': [
    async (world, opened, actor) => world.assignments.edits(actor, await assignment(world, opened)),
    ['ok', 'ok', 'ok', no, lost, lost, lost, 'ok', nobody],
  ],
  'assignments.setOverride': [
    async (world, opened, actor) => {
      const [id, sectionId] = [await assignment(world, opened), await section(world, opened)];
      return await world.assignments.setOverride(actor, id, { sectionId }, { attempts: 2 });
    },
    ['ok', 'ok', no, no, lost, lost, lost, 'ok', nobody],
  ],
  'assignments.previewOverride': [
    async (world, opened, actor) => {
      const [id, sectionId] = [await assignment(world, opened), await section(world, opened)];
      return await world.assignments.previewOverride(actor, id, { sectionId }, { attempts: 2 });
    },
    ['ok', 'ok', no, no, lost, lost, lost, 'ok', nobody],
  ],
  'assignments.removeOverride': [
    async (world, opened, actor) =>
      world.assignments.removeOverride(actor, (await override(world, opened)).id),
    ['ok', 'ok', no, gone, gone, gone, gone, 'ok', nobody],
  ],
  'members.list': [
    (world, { course }, actor) => world.members.list(actor, course.id, {}, { first: 5 }),
    ['ok', 'ok', 'ok', no, hidden, hidden, hidden, 'ok', nobody],
  ],
  'members.add': [
    ({ members, admin }, { course }, actor) =>
      members.add(actor, course.id, { userId: admin.userId, role: 'observer' }),
    teachers,
  ],
  'members.update': [
    async (world, opened, actor) =>
      world.members.update(actor, await member(world, opened), { role: 'observer' }),
    ['ok', no, no, ...Array(4).fill('MEMBER_NOT_FOUND'), 'ok', nobody] as Row,
  ],
  'members.remove': [
    async (world, opened, actor) => world.members.remove(actor, await member(world, opened)),
    ['ok', no, no, gone, gone, gone, gone, 'ok', nobody],
  ],
  'members.users': [
    async ({ members }, { course, actors }, actor) => {
      const userId = actors.learner?.userId ?? '';
      const [user] = await members.users(actor, [{ courseId: course.id, userId }]);
      if (!user) throw fault('NOT_FOUND', { thing: 'user' });
    },
    ['ok', 'ok', 'ok', 'ok', gone, gone, gone, 'ok', nobody],
  ],
  'members.importRoster': [
    ({ members }, { course }, actor) =>
      members.importRoster(actor, course.id, async () => Buffer.from('name,email\nAda,ada@example.org\n')),
    teachers,
  ],
  'invitations.create': [
    ({ invitations, clock }, { course }, actor) =>
      invitations.create(actor, course.id, {
        role: 'learner',
        expiresAt: new Date(clock.now().getTime() + 1_000),
      }),
    teachers,
  ],
  'invitations.list': [({ invitations }, { course }, actor) => invitations.list(actor, course.id), teachers],
  'invitations.revoke': [
    async (world, opened, actor) =>
      world.invitations.revoke(actor, (await invitation(world, opened)).invitation.id),
    quiet,
  ],
  'invitations.join': [
    async (world, opened, actor) => world.invitations.join(actor, (await invitation(world, opened)).secret),
    ['ok', 'ok', 'ok', 'ok', 'MEMBERSHIP_INACTIVE', 'ok', 'ok', 'ok', nobody],
  ],
};

await eachDatabase(t, 'who may do what with a course', async (t, database) => {
  const world = await courseWorld(t, database);
  const { courses, assignments, members, invitations } = world;
  const known = Object.entries({ courses, assignments, members, invitations }).flatMap(([name, service]) =>
    Object.keys(service).map((operation) => `${name}.${operation}`),
  );
  t.same(Object.keys(operations).toSorted(), known.toSorted(), 'every operation has a row');
  for (const [name, [ask, row]] of Object.entries(operations)) {
    const opened = await world.openCourse();
    // These change the course itself, so each actor has a separate one.
    const own = name === 'courses.delete' || name === 'courses.createSection';
    const outcomes: Outcome[] = [];
    for (const actor of courseActors) {
      const of = own ? await world.openCourse() : opened;
      const done = async () => {
        if ((await ask(world, of, of.actors[actor])) === false) throw fault('NOT_FOUND', { thing: 'it' });
      };
      outcomes.push(await outcomeOf(done));
    }
    t.same(outcomes, row, name);
  }
});

await eachDatabase(t, 'what outsiders get of lists is nothing', async (t, database) => {
  const world = await courseWorld(t, database);
  const { course, actors } = await world.openCourse();
  const seen: Record<string, unknown> = {};
  for (const name of courseActors) {
    const actor = actors[name];
    if (!actor) continue;
    const [found] = await world.courses.getMany(actor, [course.id]);
    const { items } = await world.courses.list(actor, {}, { first: 5 });
    seen[name] = [found?.id === course.id, items.some(({ node }) => node.id === course.id)];
    if (!found) {
      t.equal(await world.courses.delete(actor, course.id), false);
      t.equal((await world.courses.get(actors.admin, course.id)).id, course.id, 'nothing was deleted');
    }
  }
  const [yes, none] = [
    [true, true],
    [false, false],
  ];
  t.same(seen, {
    instructor: yes,
    assistant: yes,
    observer: yes,
    learner: yes,
    formerMember: none,
    otherInstructor: none,
    otherLearner: none,
    admin: yes,
  });
});

await eachDatabase(t, 'each operation needs its scope', async (t, database) => {
  const world = await courseWorld(t, database);
  const opened = await world.openCourse();
  const scoped = (scopes: readonly ('read' | 'learn' | 'manage')[]) => ({ ...opened.instructor, scopes });
  for (const [name, [ask]] of Object.entries(operations)) {
    const reads =
      /\.(get|getMany|list|roles|sections|terms|overrides|edits|users)$/.test(name) &&
      name !== 'invitations.list';
    const needed = reads ? 'read' : name === 'invitations.join' ? 'learn' : 'manage';
    const others = (['read', 'learn', 'manage'] as const).filter((scope) => scope !== needed);
    t.equal(await outcomeOf(() => ask(world, opened, scoped(others))), 'FORBIDDEN', name);
    const own = await world.openCourse();
    const alone = { ...own.instructor, scopes: [needed] as const };
    t.not(await outcomeOf(() => ask(world, own, alone)), 'FORBIDDEN', `${name} with its scope alone`);
  }
});
