import { test } from 'tap';
import { fault } from '../../../src/core/errors.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import type { SessionState } from '../../../src/domains/sessions/session.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import type { Outcome } from '../../kit/service/actors.ts';
import { courseActors } from '../../kit/service/courses.ts';
import { assignedSessions } from '../../kit/sessions/assigned-sessions.ts';
import { putInState } from '../../kit/sessions/sessions.ts';

const actorNames = [...courseActors, 'fellow'] as const;

/**
 * What each actor gets from an operation on the work of a learner in a course: the instructor, assistant and observer of
 * the course, the learner, a former member, another instructor and learner, an admin, nobody, and a fellow learner.
 */
type Row = readonly Outcome[];

const nobody = 'UNAUTHENTICATED';
const no = 'FORBIDDEN';

/** Of what staff may do too; `hidden` is what others get, for whom the work does not exist. */
const staff = (hidden: Outcome, theirs: Outcome = 'ok'): Row => {
  const [outside, may] = [hidden, theirs];
  return [may, may, outside, may, outside, outside, outside, may, nobody, outside];
};
/** Of what only the owner may do. */
const owner = (hidden: Outcome, theirs: Outcome = 'ok'): Row => {
  const outside = hidden;
  return [no, no, outside, theirs, outside, outside, outside, no, nobody, outside];
};
const all: Row = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', nobody, 'ok'];

const session = 'SESSION_NOT_FOUND';
const conflict = 'SESSION_STATE_CONFLICT';
const gone = 'NOT_FOUND';
/** Of all work of a learner together, also in other courses. */
const unknown = 'USER_NOT_FOUND';
const lost = 'ASSIGNMENT_NOT_FOUND';

type World = Awaited<ReturnType<typeof assignedSessions>>;
/** The learner's work: a session in the state of the operation, and a saved state. */
interface Work {
  id: string;
  stateId: string;
  learnerId: string;
}
type Ask = (world: World, work: Work, actor: Actor | undefined) => Promise<unknown>;

const page = { first: 5 };

/** Every operation of the services. */
const operations: Record<string, [state: SessionState, ask: Ask, row: Row]> = {
  'sessions.start': [
    'ready',
    ({ service, assignment }, _, actor) => service.start(actor, { assignment }),
    ['ok', 'ok', no, 'ok', lost, lost, lost, 'ok', nobody, 'ok'],
  ],
  'sessions.get': ['ready', ({ service }, { id }, actor) => service.get(actor, id), staff(session)],
  'sessions.getMany': [
    'ready',
    async ({ service }, { id }, actor) => (await service.getMany(actor, [id]))[0] ?? false,
    staff(gone),
  ],
  'sessions.queuePositions': [
    'queued',
    async ({ service }, { id }, actor) => (await service.queuePositions(actor, [id]))[0] ?? false,
    staff(gone),
  ],
  'sessions.list': [
    'ready',
    async ({ service }, { learnerId }, actor) =>
      (await service.list(actor, { learnerId }, page)).items.length > 0,
    staff(gone),
  ],
  'sessions.machine': [
    'ready',
    ({ service }, { id }, actor) => service.machine(actor, id, 'main'),
    staff(session),
  ],
  'sessions.requireCounting': [
    'ready',
    ({ service }, { id }, actor) => service.requireCounting(actor, id),
    staff(session),
  ],
  'sessions.extend': ['ready', ({ service }, { id }, actor) => service.extend(actor, id, 1), staff(session)],
  'sessions.stop': ['ready', ({ service }, { id }, actor) => service.stop(actor, id), staff(session)],
  'sessions.restart': [
    'queued',
    ({ service }, { id }, actor) => service.restart(actor, id),
    owner(session, conflict),
  ],
  'sessions.delete': ['ended', ({ service }, { id }, actor) => service.delete(actor, id), owner(gone)],
  'sessions.deleteAllMine': ['ready', ({ service }, _, actor) => service.deleteAllMine(actor), all],
  'saves.save': ['queued', ({ saves }, { id }, actor) => saves.save(actor, id), owner(session, conflict)],
  'saves.resume': ['queued', ({ saves }, { id }, actor) => saves.resume(actor, id), owner(session, conflict)],
  'saves.reset': ['queued', ({ saves }, { id }, actor) => saves.reset(actor, id), staff(session, conflict)],
  'saves.fork': [
    'queued',
    ({ saves }, { id }, actor) => saves.fork(actor, id),
    [conflict, conflict, session, no, session, session, session, conflict, nobody, session],
  ],
  'saves.list': [
    'ready',
    async ({ saves }, { learnerId }, actor) =>
      (await saves.list(actor, { learnerId }, page)).items.length > 0,
    staff(gone),
  ],
  'saves.getMany': [
    'ready',
    async ({ saves }, { stateId }, actor) => (await saves.getMany(actor, [stateId]))[0] ?? false,
    staff(gone),
  ],
  'saves.usage': [
    'ready',
    ({ saves }, { learnerId }, actor) => saves.usage(actor, learnerId),
    ['ok', unknown, unknown, 'ok', unknown, unknown, unknown, 'ok', nobody, unknown],
  ],
  'saves.delete': [
    'ready',
    ({ saves }, { stateId }, actor) => saves.delete(actor, stateId),
    [no, no, gone, 'ok', gone, gone, gone, 'ok', nobody, gone],
  ],
};

await test('who may do what with the sessions of a course', async (t) => {
  await eachDatabase(t, 'course-authorisation', async (t, database) => {
    const world = await assignedSessions(t, database, {}, { provisions: false });
    const { service, saves, assignment, course, instructor, learner, members, person } = world;
    const fellow = await person('Fellow');
    await members.add(instructor, course.id, { userId: fellow.userId, role: 'learner' });
    const actors = { ...world.actors, fellow };
    const known = Object.entries({ sessions: service, saves }).flatMap(([name, methods]) =>
      Object.keys(methods).map((operation) => `${name}.${operation}`),
    );
    // Its callers have authorised another operation on the session.
    const withRow = known.filter((name) => name !== 'sessions.touch');
    t.same(Object.keys(operations).toSorted(), withRow.toSorted(), 'every operation has a row');

    async function newWork(state: SessionState): Promise<Work> {
      const { learnerId } = { learnerId: learner.userId };
      await database.client.session.deleteMany({});
      await database.client.savedState.deleteMany({});
      const { id } = await service.start(learner, { assignment });
      await putInState(database, id, state);
      const stateId = newId();
      const of = { learnerId, madeById: learnerId, courseId: course.id, labSlug: 'lab', labVersion: '1' };
      const at = new Date();
      await database.client.savedState.create({
        data: { id: stateId, ...of, state: 'complete', bytes: 1, createdAt: at, expiresAt: at },
      });
      return { id, stateId, learnerId };
    }

    for (const [name, [state, ask, row]] of Object.entries(operations)) {
      const outcomes: Outcome[] = [];
      let work: Work | undefined;
      for (const actor of actorNames) {
        work ??= await newWork(state);
        const mine = work;
        const outcome = await outcomeOf(async () => {
          if ((await ask(world, mine, actors[actor])) === false) throw fault('NOT_FOUND', { thing: 'it' });
        });
        outcomes.push(outcome);
        if (outcome === 'ok') work = undefined;
      }
      t.same(outcomes, row, name);
    }
  });
});
