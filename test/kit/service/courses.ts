import type { Test } from 'tap';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { fault } from '../../../src/core/errors.ts';
import { newId } from '../../../src/core/ids.ts';
import {
  createAssignmentLookup,
  createAssignmentRules,
} from '../../../src/domains/courses/assignment-rules.ts';
import type { AssignmentRules } from '../../../src/domains/courses/assignment-rules.ts';
import { createAssignmentStore } from '../../../src/domains/courses/assignment-store.ts';
import { createCourseStore } from '../../../src/domains/courses/course-store.ts';
import { createCourses } from '../../../src/domains/courses/create-courses.ts';
import type { LabStep } from '../../../src/domains/labs/lab.ts';
import { allScopes } from '../../../src/domains/identity/actor.ts';
import type { Actor, Role } from '../../../src/domains/identity/actor.ts';
import { createUserStore } from '../../../src/domains/identity/user-store.ts';
import { createIdentity } from '../../../src/domains/identity/create-identity.ts';
import { createWorkAccess } from '../../../src/domains/identity/work-access.ts';
import type { WorkAccess } from '../../../src/domains/identity/work-access.ts';
import { createWorkAccessStore } from '../../../src/domains/identity/work-access-store.ts';
import type { CourseRole } from '../../../src/domains/identity/policy.ts';
import { createFakeClock } from '../basics/fake-clock.ts';
import { quietLog } from '../basics/quiet-log.ts';

/** Everybody that an operation on a course distinguishes. */
export const courseActors = [
  'instructor',
  'assistant',
  'observer',
  'learner',
  'formerMember',
  'otherInstructor',
  'otherLearner',
  'admin',
  'nobody',
] as const;

export type CourseActorName = (typeof courseActors)[number];

/** What sessions ask about the assignments in a database. */
export function assignmentRulesOn(database: Database, clock: Clock): AssignmentRules {
  const assignments = createAssignmentStore({ database });
  const lookUp = createAssignmentLookup({ assignments, courses: createCourseStore({ database }) });
  return createAssignmentRules({ lookUp, assignments, people: createUserStore({ database }), clock });
}

/** Who may access whose work in a database. */
export const workAccessOn = (database: Database): WorkAccess =>
  createWorkAccess({ store: createWorkAccessStore({ database }) });

/** Courses in a database, with people. */
export async function courseWorld(
  t: Test,
  database: Database,
  beforeArchive: (courseId: string) => Promise<void> = async () => undefined,
) {
  const clock = createFakeClock();
  const log = quietLog();
  const events = createMemoryBus({ log });
  const identity = createIdentity({ database, events, clock, log });
  t.teardown(() => identity.close());
  const services = createCourses({
    database,
    people: identity.people,
    labsOf: (collection) => (collection === 'docker' ? ['first', 'second', 'third'] : []),
    labOf(lab, version = `version of ${lab}`) {
      if (!/^[a-z]+$/.test(lab)) throw fault('LAB_NOT_FOUND', { lab });
      const ids = ['first', 'second', ...(version === 'longer' ? ['third'] : [])];
      return { version, steps: ids.map((id) => ({ id }) as LabStep) };
    },
    timeZone: 'Europe/Berlin',
    beforeArchive,
    events,
    clock,
    log,
  });

  async function person(name: string, role: Role = 'student'): Promise<Actor> {
    const user = {
      id: newId(),
      name,
      email: `${name.toLowerCase()}@example.org`,
      role,
      createdAt: clock.now(),
    };
    await database.client.user.create({ data: user });
    return { userId: user.id, role, scopes: allScopes };
  }

  const admin = await person('Principal', 'admin');

  /** An open course with a member of each role, and people outside of it. */
  async function openCourse() {
    const suffix = newId().slice(-8);
    const instructor = await person(`Instructor-${suffix}`, 'instructor');
    const course = await services.courses.create(instructor, { title: `Course ${suffix}`, state: 'open' });
    const member = async (name: string, role: CourseRole): Promise<Actor> => {
      const actor = await person(`${name}-${suffix}`);
      await services.members.add(instructor, course.id, { userId: actor.userId, role });
      return actor;
    };
    const formerMember = await member('Former', 'assistant');
    const { items } = await services.members.list(instructor, course.id, { search: 'former' }, { first: 1 });
    await services.members.update(instructor, items[0]?.node.id ?? '', { active: false });
    const actors: Record<CourseActorName, Actor | undefined> = {
      instructor,
      assistant: await member('Assistant', 'assistant'),
      observer: await member('Observer', 'observer'),
      learner: await member('Learner', 'learner'),
      formerMember,
      otherInstructor: await person(`Other-${suffix}`, 'instructor'),
      otherLearner: await person(`Stranger-${suffix}`),
      admin,
      nobody: undefined,
    };
    return { course, instructor, actors };
  }

  return { ...services, events, clock, identity, database, person, admin, openCourse };
}
