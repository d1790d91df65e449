import type { Test } from 'tap';
import type { Grades } from '../../../src/domains/grades/create-grades.ts';
import { createGrades } from '../../../src/domains/grades/create-grades.ts';
import type { AssignmentChange } from '../../../src/domains/courses/assignment.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import type { CheckMachine } from '../labs/check-machine.ts';
import { createCheckWorld, insertSession } from '../labs/check-world.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { courseWorld } from './courses.ts';

/**
 * An open course with an assignment of the lab `mixed`, which has five steps with checks, and its grades. It is 8:00 UTC
 * on 1 January 2030.
 */
export async function gradeWorld(
  t: Test,
  database: Database,
  { engine, machineId }: CheckMachine,
  terms: AssignmentChange = {},
) {
  const settle: { grades?: Grades } = {};
  const world = await courseWorld(t, database, async (id) => await settle.grades?.settle(id));
  const { clock, events, assignments, courses, members } = world;
  const { checks, catalogue } = await createCheckWorld(t, { database, engine, machineId, clock });
  const grades = createGrades({
    database,
    courses: world,
    checks,
    catalogue,
    events,
    clock,
    log: quietLog(),
  });
  settle.grades = grades;
  const { course, instructor, actors } = await world.openCourse();
  await courses.update(instructor, course.id, { timeZone: 'UTC' });
  const { id: assignment } = await assignments.create(instructor, course.id, 'mixed', {
    points: 10,
    ...terms,
  });
  const { learner } = actors;
  if (!learner) throw new Error('There is no learner.');

  async function memberOf(actor: Actor | undefined): Promise<string> {
    const { items } = await members.list(instructor, course.id, {}, { first: 100 });
    return items.find(({ node }) => node.userId === actor?.userId)?.node.id ?? '';
  }

  /** Stores a session of the assignment. */
  async function session(actor: Actor, run = 1): Promise<string> {
    const key = { assignmentId: assignment, learnerId: actor.userId };
    await database.client.assignmentWork.upsert({
      where: { assignmentId_learnerId: key },
      create: { ...key, runs: run, startedAt: clock.now() },
      update: { runs: run },
    });
    return insertSession(database, actor.userId, 'mixed', { assignmentId: assignment, run });
  }

  return {
    ...world,
    checks,
    catalogue,
    grades,
    service: grades.service,
    matrix: grades.matrix,
    course,
    instructor,
    actors,
    learner,
    assignment,
    memberOf,
    session,
    /** Answers the question of the step `ask`. */
    answer: async (actor: Actor, isRight: boolean, run = 1) =>
      checks.service.run(actor, {
        sessionId: await session(actor, run),
        stepId: 'ask',
        answers: [{ checkId: 'check', options: [isRight ? 1 : 0] }],
      }),
    /** Returns a learner's points. Only these tests wait until all grades are stored; requests compute them. */
    async points(actor: Actor = learner): Promise<number | undefined> {
      const [grade] = await grades.service.mine(actor, [assignment]);
      await grades.settle(course.id);
      return grade?.points;
    },
  };
}
