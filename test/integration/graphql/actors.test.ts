import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';

type Name = 'owner' | 'other' | 'instructor' | 'admin' | 'nobody';

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { extensions: { code: string } }[];
}

const START = 'mutation { startSession(input: { lab: "linux-command-line" }) { session { id } } }';

interface Started {
  startSession: { session: { id: string } };
}

await test('each operation, as the owner, another student, an instructor, an admin and without signing in', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);

  async function ask(token: string | undefined, query: string): Promise<Answer> {
    const response = await fetch(`${berth.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Answer;
  }

  async function member(name: string, role: string): Promise<{ id: string; token: string }> {
    const made = await berth.graphql<{ createUser: { user: { id: string } } }>(
      `mutation { createUser(input: { name: "${name}", role: ${role} }) { user { id } } }`,
    );
    const { id } = made.createUser.user;
    const given = await berth.graphql<{ createToken: { secret: string } }>(
      `mutation { createToken(input: { name: "test", scopes: [READ, LEARN, MANAGE], user: "${id}" }) { secret } }`,
    );
    return { id, token: given.createToken.secret };
  }

  const owner = await member('owner', 'STUDENT');
  const other = await member('other', 'STUDENT');
  const instructor = await member('instructor', 'INSTRUCTOR');
  const { createCourse } = await berth.graphql<{ createCourse: { course: { id: string } } }>(
    'mutation { createCourse(input: { title: "Course", open: true }) { course { id } } }',
    {},
    instructor.token,
  );
  for (const { id } of [owner, other]) {
    const member = `{ course: "${createCourse.course.id}", user: "${id}", role: LEARNER }`;
    await berth.graphql(`mutation { addMember(input: ${member}) { member { id } } }`);
  }
  const tokens: Record<Name, string | undefined> = {
    owner: owner.token,
    other: other.token,
    instructor: instructor.token,
    admin: berth.adminToken,
    nobody: undefined,
  };

  /** The result: `ok`, or the first error's code. */
  async function outcome(name: Name, query: string): Promise<string> {
    const { errors } = await ask(tokens[name], query);
    return errors?.[0]?.extensions.code ?? 'ok';
  }

  /** The result for each actor. The owner is last, because they may delete it. */
  async function asked(query: string): Promise<string[]> {
    const names: Name[] = ['other', 'instructor', 'admin', 'nobody', 'owner'];
    const outcomes: string[] = [];
    for (const name of names) outcomes.push(await outcome(name, query));
    return outcomes;
  }

  const { startSession } = await berth.graphql<Started>(START, {}, owner.token);
  const session = startSession.session.id;
  await learner.reach(session, 'READY');
  const step = 'find-your-way';
  const { runCheck } = await berth.graphql<{ runCheck: { attempt: { id: string } } }>(
    `mutation { runCheck(input: { session: "${session}", step: "${step}" }) { attempt { id passed } } }`,
    {},
    owner.token,
  );
  const attempt = runCheck.attempt.id;

  const none = 'SESSION_NOT_FOUND';
  const nobody = 'UNAUTHENTICATED';
  const no = 'FORBIDDEN';
  const it = `input: { session: "${session}"`;
  const them = `input: { user: "${other.id}"`;
  const table: [query: string, outcomes: string[]][] = [
    ['{ viewer { id } }', ['ok', 'ok', 'ok', 'ok', 'ok']],
    ['{ labs { edges { node { id } } } }', ['ok', 'ok', 'ok', nobody, 'ok']],
    ['{ lab(slug: "linux-command-line") { id progress { passed } } }', ['ok', 'ok', 'ok', nobody, 'ok']],
    ['{ labProblems { message } }', [no, 'ok', 'ok', nobody, no]],
    ['{ labPins(lab: "linux-command-line") { image } }', [no, no, 'ok', nobody, no]],
    ['mutation { repinLab(input: { lab: "linux-command-line" }) { forgotten } }', [no, no, 'ok', nobody, no]],
    ['{ warmPools { labSlug ready creating wanted } }', [no, 'ok', 'ok', nobody, no]],
    [
      'mutation { drainWarmPool(input: { lab: "linux-command-line" }) { removed } }',
      [no, no, 'ok', nobody, no],
    ],
    ['{ localRegistry { address } }', [no, no, 'LOCAL_REGISTRY_UNAVAILABLE', nobody, no]],
    [
      'mutation { mirrorImage(input: { image: "ubuntu" }) { job { id } } }',
      [no, no, 'LOCAL_REGISTRY_UNAVAILABLE', nobody, no],
    ],
    [
      'mutation { removeRegistryImage(input: { image: "ubuntu" }) { removed } }',
      [no, no, 'LOCAL_REGISTRY_UNAVAILABLE', nobody, no],
    ],
    ['mutation { reloadLabs { problems { message } } }', [no, no, 'ok', nobody, no]],
    [
      `{ session(id: "${session}") { id terminals { id } learner { name } attempts { edges { node { id } } } } }`,
      [none, 'ok', 'ok', nobody, 'ok'],
    ],
    ['{ sessions { edges { node { id } } } }', ['ok', 'ok', 'ok', nobody, 'ok']],
    [
      `{ attempt(id: "${attempt}") { id session { id } learner { name } step { title } } }`,
      ['NOT_FOUND', 'ok', 'ok', nobody, 'ok'],
    ],
    [`{ attempts(session: "${session}") { edges { node { id } } } }`, ['ok', 'ok', 'ok', nobody, 'ok']],
    [`mutation { extendSession(${it}, minutes: 1 }) { session { id } } }`, [none, 'ok', 'ok', nobody, 'ok']],
    [`mutation { openTerminal(${it}, machine: "main" }) { ticket } }`, [none, 'ok', 'ok', nobody, 'ok']],
    [`mutation { runCheck(${it}, step: "${step}" }) { attempt { id } } }`, [none, 'ok', 'ok', nobody, 'ok']],
    ['{ images { edges { node { id } } } }', [no, 'ok', 'ok', nobody, no]],
    ['{ imageFolders { name } }', [no, 'ok', 'ok', nobody, no]],
    ['{ jobs { edges { node { id } } } }', [no, 'ok', 'ok', nobody, no]],
    ['{ registryCredentials { registry } }', [no, no, 'ok', nobody, no]],
    ['mutation { pruneImages { job { id } } }', [no, no, 'ok', nobody, no]],
    ['mutation { removeImage(input: { image: "none/such:1" }) { removed } }', [no, no, 'ok', nobody, no]],
    [`{ user(id: "${owner.id}") { name } }`, ['USER_NOT_FOUND', 'ok', 'ok', nobody, 'ok']],
    [`{ user(id: "${owner.id}") { tokens { id } } }`, ['USER_NOT_FOUND', no, 'ok', nobody, 'ok']],
    ['{ quotas { sessions } }', [no, no, 'ok', nobody, no]],
    ['{ engineCapacity { sessions { used } } }', [no, no, 'ok', nobody, no]],
    [
      'mutation { setQuota(input: { lab: "any", sessions: 9 }) { quota { sessions } } }',
      [no, no, 'ok', nobody, no],
    ],
    ['mutation { removeQuota(input: { lab: "any" }) { removed } }', [no, no, 'ok', nobody, no]],
    ['{ users { edges { node { id } } } }', [no, 'ok', 'ok', nobody, no]],
    ['mutation { createUser(input: { name: "x" }) { user { id } } }', [no, no, 'ok', nobody, no]],
    [`mutation { updateUser(${them}, name: "y" }) { user { id } } }`, [no, no, 'ok', nobody, no]],
    [`mutation { createSignInLink(${them} }) { expiresAt } }`, ['ok', no, 'ok', nobody, 'USER_NOT_FOUND']],
    [
      `mutation { createToken(${them}, name: "x", scopes: [READ] }) { secret } }`,
      ['ok', no, 'ok', nobody, 'USER_NOT_FOUND'],
    ],
    [`mutation { restartSession(${it} }) { session { id } } }`, [none, no, no, nobody, 'ok']],
    [`mutation { deleteSession(${it} }) { deletedId } }`, ['ok', no, no, nobody, 'ok']],
    ['mutation { deleteMySessions { deletedIds } }', ['ok', 'ok', 'ok', nobody, 'ok']],
    [`mutation { deleteUser(${them} }) { deletedId } }`, [no, no, 'ok', nobody, no]],
  ];
  for (const [query, expected] of table) t.strictSame(await asked(query), expected, query);

  const seen = await ask(owner.token, '{ sessions { edges { node { id } } } }');
  t.strictSame(seen.data, { sessions: { edges: [] } });
  const again = await berth.graphql<Started>(START, {}, owner.token);
  const { id } = again.startSession.session;
  const stop = `mutation { stopSession(input: { session: "${id}" }) { session { state } } }`;
  // The other student was deleted above, with their token.
  t.strictSame(await asked(stop), [nobody, 'ok', 'ok', nobody, 'ok']);
});
