import type { Test } from 'tap';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import type { AssignmentChange } from '../../../src/domains/courses/assignment.ts';
import type { SessionState } from '../../../src/domains/sessions/session.ts';
import { courseWorld } from '../service/courses.ts';
import { instantEngine, openSessions, testCatalogue, testLab, whenState } from './sessions.ts';

export const MINUTE = 60_000;

/**
 * A course with an assignment of the lab `lab`, at 8:00 UTC on 1 January 2030, and sessions on an instant engine. Unless
 * `provisions`, sessions stay as they are.
 */
export async function assignedSessions(
  t: Test,
  database: Database,
  terms: AssignmentChange = {},
  { provisions = true } = {},
) {
  const world = await courseWorld(t, database);
  const { clock, events, courses, assignments, members } = world;
  const { course, instructor, actors } = await world.openCourse();
  await courses.update(instructor, course.id, { timeZone: 'UTC' });
  const { id: assignment } = await assignments.create(instructor, course.id, 'lab', terms);
  const { learner } = actors;
  if (!learner) throw new Error('There is no learner.');
  const sessions = openSessions(t, database, {
    clock,
    events,
    engine: instantEngine(database, async () => undefined),
    catalogue: testCatalogue([
      testLab('lab', { lifetime: { idleMinutes: 600, totalMinutes: 1200, maxMinutes: 2400 } }),
      testLab('other'),
    ]),
  });
  if (provisions) sessions.start();
  const { service, saves } = sessions;
  const memberOf = async (actor: Actor | undefined) => {
    const { items } = await members.list(instructor, course.id, {}, { first: 50 });
    return items.find(({ node }) => node.userId === actor?.userId)?.node.id ?? '';
  };
  return {
    ...world,
    course,
    instructor,
    actors,
    learner,
    assignment,
    service,
    saves,
    memberOf,
    /** Starts the assignment, and waits until the machine is ready. */
    async start(actor: Actor = learner) {
      const { id } = await service.start(actor, { assignment });
      return whenState(service, id, 'ready');
    },
    async end(id: string) {
      await service.stop(learner, id);
      return whenState(service, id, 'ended');
    },
    /** Advances the clock until the session is in the state. Sweeps run every few seconds. */
    async passUntil(minutes: number, id: string, state: SessionState) {
      clock.jump(minutes * MINUTE);
      for (let tries = 0; tries < 200; tries++) {
        await sleep(20);
        const session = await service.get(learner, id);
        if (session.state === state) return session;
        clock.jump(600);
      }
      throw new Error(`The session did not become ${state}.`);
    },
  };
}
