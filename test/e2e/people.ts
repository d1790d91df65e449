import type { BerthProcess } from '../kit/service/berth-process.ts';
import { joinEverybody } from '../kit/service/one-course.ts';

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
  await joinEverybody(berth, { user: id, role });
  return id;
}
