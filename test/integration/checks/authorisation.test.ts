import t from 'tap';
import { fault } from '../../../src/core/errors.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { insertSession } from '../../kit/labs/check-world.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import type { Outcome } from '../../kit/service/actors.ts';
import { courseActors } from '../../kit/service/courses.ts';
import { gradeWorld } from '../../kit/service/grades.ts';

const machine = await startCheckMachine(t);

const nobody = 'UNAUTHENTICATED';
const session = 'SESSION_NOT_FOUND';
const gone = 'NOT_FOUND';

/**
 * What each actor gets from an operation on the work of a learner in a course, in the order of `courseActors` and then a
 * fellow learner. Staff help learners, so they may check in their sessions; observers see only the matrix.
 */
const staff = (hidden: Outcome): Outcome[] => [
  ...(['ok', 'ok', hidden, 'ok', hidden, hidden, hidden, 'ok', nobody] as const),
  hidden,
];

interface Work {
  sessionId: string;
  attemptId: string;
  learnerId: string;
  assignmentId: string;
  courseId: string;
}
type World = Awaited<ReturnType<typeof gradeWorld>>;
type Ask = (services: World['checks'], work: Work, actor: Actor | undefined) => Promise<unknown>;

/** Every operation of the services. */
const operations: Record<string, [ask: Ask, row: Outcome[]]> = {
  'checks.run': [
    ({ service }, { sessionId }, actor) => service.run(actor, { sessionId, stepId: 'ask' }),
    staff(session),
  ],
  'checks.get': [({ service }, { attemptId }, actor) => service.get(actor, attemptId), staff(gone)],
  'checks.listAttempts': [
    async ({ service }, { assignmentId }, actor) =>
      (await service.listAttempts(actor, { assignmentId }, { first: 5 })).items.length > 0,
    staff(gone),
  ],
  'checks.progress': [
    ({ service }, { learnerId, assignmentId, courseId }, actor) =>
      service.progress(actor, [{ learnerId, lab: 'mixed', assignmentId, courseId }]),
    staff('USER_NOT_FOUND'),
  ],
  // It costs the learner points, so nobody else may.
  'hints.reveal': [
    ({ hints }, { sessionId }, actor) => hints.reveal(actor, { sessionId, stepId: 'ask', hintId: 'b' }),
    [
      ...(['FORBIDDEN', 'FORBIDDEN', session, 'ok', session, session, session, 'FORBIDDEN', nobody] as const),
      session,
    ],
  ],
};

await eachDatabase(t, 'who may do what with the checks of a course', async (t, database) => {
  const world = await gradeWorld(t, database, machine);
  const { checks, assignment: assignmentId, course, learner, instructor, members, person } = world;
  const fellow = await person('Fellow');
  await members.add(instructor, course.id, { userId: fellow.userId, role: 'learner' });
  const actors = [...courseActors.map((name) => world.actors[name]), fellow];
  const known = Object.entries({ checks: checks.service, hints: checks.hints }).flatMap(([name, service]) =>
    Object.keys(service).map((operation) => `${name}.${operation}`),
  );
  // It stops with the service, and nobody asks for it.
  const withRow = known.filter((name) => name !== 'checks.settled');
  t.same(Object.keys(operations).toSorted(), withRow.toSorted(), 'every operation has a row');

  await world.session(learner);
  const of = { assignmentId, courseId: course.id, run: 1 };
  const sessionId = await insertSession(database, learner.userId, 'mixed', of);
  const { id: attemptId } = await checks.service.run(learner, { sessionId, stepId: 'ask' });
  const work = { sessionId, attemptId, learnerId: learner.userId, assignmentId, courseId: course.id };
  for (const [name, [ask, row]] of Object.entries(operations)) {
    const outcomes = [];
    for (const actor of actors) {
      const outcome = await outcomeOf(async () => {
        if ((await ask(checks, work, actor)) === false) throw fault('NOT_FOUND', { thing: 'it' });
      });
      outcomes.push(outcome);
    }
    t.same(outcomes, row, name);
  }
});
