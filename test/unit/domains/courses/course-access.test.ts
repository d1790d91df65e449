import { test } from 'tap';
import { createCourseAccess } from '../../../../src/domains/courses/course-access.ts';
import type { CourseStore } from '../../../../src/domains/courses/course-store.ts';
import type { Actor } from '../../../../src/domains/identity/actor.ts';
import type { CourseAction, CourseRole } from '../../../../src/domains/identity/policy.ts';

const actor = { userId: 'me', role: 'student', scopes: ['read', 'learn', 'manage'] } as unknown as Actor;

/** Returns the message for a member with this role who tries the action; undefined if they may do it. */
async function refusalOf(role: CourseRole, action: CourseAction): Promise<string | undefined> {
  const courses = {
    find: (id: string) => Promise.resolve({ id, state: 'open' }),
    rolesOf: (_: string, [id = '']: readonly string[]) => Promise.resolve(new Map([[id, role]])),
  } as unknown as CourseStore;
  try {
    await createCourseAccess({ courses }).require(actor, action, 'course');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

await test('a refusal names every role that may do it', async (t) => {
  t.match(await refusalOf('assistant', 'course.change'), 'the role "instructor" in this course');
  t.match(
    await refusalOf('observer', 'assignments.work'),
    'the role "instructor", "assistant" or "learner" in this course',
  );
  t.match(await refusalOf('learner', 'grades.change'), 'the role "instructor" or "assistant" in this course');
  t.equal(await refusalOf('assistant', 'grades.change'), undefined);
});
