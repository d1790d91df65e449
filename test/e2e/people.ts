import type { BerthProcess } from '../kit/service/berth-process.ts';

interface NewPerson {
  name: string;
  role?: 'STUDENT' | 'INSTRUCTOR' | 'ADMIN';
}

/** Creates a user and returns a sign-in link for them. */
export async function linkFor(berth: BerthProcess, person: NewPerson): Promise<string> {
  const { createSignInLink } = await berth.graphql<{ createSignInLink: { url: string } }>(
    'mutation ($user: ID!) { createSignInLink(input: { user: $user }) { url } }',
    { user: await add(berth, person) },
  );
  return createSignInLink.url;
}

/** Creates a user and returns the secret of their token. */
export async function tokenFor(berth: BerthProcess, person: NewPerson): Promise<string> {
  const { createToken } = await berth.graphql<{ createToken: { secret: string } }>(
    'mutation ($user: ID!) { createToken(input: { name: "test", scopes: [READ, LEARN], user: $user }) { secret } }',
    { user: await add(berth, person) },
  );
  return createToken.secret;
}

async function add(berth: BerthProcess, { name, role = 'STUDENT' }: NewPerson): Promise<string> {
  const { createUser } = await berth.graphql<{ createUser: { user: { id: string } } }>(
    'mutation ($name: String!, $role: Role!) { createUser(input: { name: $name, role: $role }) { user { id } } }',
    { name, role },
  );
  const { id } = createUser.user;
  const member = {
    course: await courseOf(berth),
    user: id,
    role: role === 'STUDENT' ? 'LEARNER' : 'INSTRUCTOR',
  };
  if (role !== 'ADMIN') await berth.graphql(JOIN, member);
  return id;
}

const JOIN = `mutation ($course: ID!, $user: ID!, $role: CourseRole!) {
  addMember(input: { course: $course, user: $user, role: $role }) { member { id } }
}`;

/** One course for everybody on a service, so that its instructors reach its learners. */
const courses = new WeakMap<BerthProcess, Promise<string>>();

function courseOf(berth: BerthProcess): Promise<string> {
  const course = courses.get(berth) ?? create(berth);
  courses.set(berth, course);
  return course;
}

async function create(berth: BerthProcess): Promise<string> {
  const { createCourse } = await berth.graphql<{ createCourse: { course: { id: string } } }>(
    'mutation { createCourse(input: { title: "Everybody", open: true }) { course { id } } }',
  );
  return createCourse.course.id;
}
