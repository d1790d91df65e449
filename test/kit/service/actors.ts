import type { Database } from '../../../src/infra/database/database.ts';
import { isFault } from '../../../src/core/errors.ts';
import type { FaultCode } from '../../../src/core/errors.ts';
import { allScopes } from '../../../src/domains/identity/actor.ts';
import type { Actor, Role } from '../../../src/domains/identity/actor.ts';
import type { CourseRole } from '../../../src/domains/identity/policy.ts';
import { newId } from '../../../src/core/ids.ts';

/**
 * The actors that an operation distinguishes: the owning student, another student, the instructor of their course, an
 * admin, and a request without credentials.
 */
export interface Actors {
  owner: Actor;
  other: Actor;
  instructor: Actor;
  admin: Actor;
  nobody: undefined;
}

export type ActorName = keyof Actors;

/** The result of a request: `ok`, a fault's code, or the answer itself if the test maps it to a word. */
export type Outcome = 'ok' | FaultCode;

/** The five actors, with rows in `database`. */
export async function createActors(database: Database): Promise<Actors> {
  const create = async (name: string, role: Role): Promise<Actor> => {
    const user = { id: newId(), name, email: `${name}@example.org`, role, createdAt: new Date() };
    await database.client.user.create({ data: user });
    return { userId: user.id, role, scopes: allScopes };
  };
  const actors = {
    owner: await create('owner', 'student'),
    other: await create('other', 'student'),
    instructor: await create('instructor', 'instructor'),
    admin: await create('admin', 'admin'),
    nobody: undefined,
  };
  const { owner, other, instructor } = actors;
  await createCourse(database, { instructor: [instructor], learner: [owner, other] });
  return actors;
}

/** An open course with these members, by role. Returns its id. */
export async function createCourse(
  database: Database,
  people: Partial<Record<CourseRole, readonly Actor[]>>,
): Promise<string> {
  const [id, createdAt] = [newId(), new Date()];
  const members = Object.entries(people).flatMap(([role, of]) =>
    of.map(({ userId }) => ({
      id: newId(),
      userId,
      role: role as CourseRole,
      source: 'manual' as const,
      createdAt,
    })),
  );
  const course = { id, title: 'Course', timeZone: 'UTC', state: 'open' as const, createdById: '' };
  await database.client.course.create({
    data: { ...course, createdAt, updatedAt: createdAt, members: { create: members } },
  });
  return id;
}

/** Calls as each actor in turn. Returns a table of results to compare with the expected one. */
export async function askAsEach(
  actors: Actors,
  ask: (actor: Actor | undefined, name: ActorName) => Promise<unknown>,
): Promise<Record<ActorName, Outcome>> {
  const as = (name: ActorName) => outcomeOf(() => ask(actors[name], name));
  return {
    owner: await as('owner'),
    other: await as('other'),
    instructor: await as('instructor'),
    admin: await as('admin'),
    nobody: await as('nobody'),
  };
}

/** `ok`, or the code of the fault. Other errors are rethrown. */
export async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    if (isFault(error)) return error.code;
    throw error;
  }
}
