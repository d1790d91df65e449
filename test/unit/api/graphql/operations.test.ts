import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { startApp, codes } from './app.ts';
import { lab } from './world.ts';

await test('the labs query returns the catalogue with its steps', async (t) => {
  const { ask } = await startApp(t);
  const answer = await ask(
    'owner',
    '{ labs(first: 20) { edges { node { slug title steps { id title } } } pageInfo { endCursor hasNextPage } } }',
  );
  const { slug } = lab;
  const title = lab.title['en'];
  const steps = lab.steps.map((step) => ({ id: step.id, title: step.title['en'] }));
  t.strictSame(answer, {
    status: 200,
    data: {
      labs: { edges: [{ node: { slug, title, steps } }], pageInfo: { endCursor: 'c1', hasNextPage: false } },
    },
  });
});

await test('a session is started, opened, checked and read again by opaque ids', async (t) => {
  const { ask, port } = await startApp(t);
  const started = await ask(
    'owner',
    'mutation { startSession(input: { lab: "linux-command-line" }) { session { id state } } }',
  );
  const id = toGlobalId('Session', 'session-1');
  t.strictSame(started.data, { startSession: { session: { id, state: 'REQUESTED' } } });
  const read = await ask(
    'owner',
    'query ($id: ID!) { session(id: $id) { state machines { name address diskPercent } progress { steps { id passed } } } }',
    { id },
  );
  t.strictSame(read.data, {
    session: {
      state: 'REQUESTED',
      machines: [{ name: 'main', address: '10.231.0.2', diskPercent: 93 }],
      progress: {
        steps: [
          { id: 'look', passed: false },
          { id: 'read', passed: false },
        ],
      },
    },
  });
  const opened = await ask(
    'owner',
    'mutation ($s: ID!) { openTerminal(input: { session: $s, machine: "main", rows: 24, cols: 80 }) { terminal { id } url ticket } }',
    { s: id },
  );
  t.strictSame(opened.data, {
    openTerminal: {
      terminal: { id: 't1' },
      url: `ws://127.0.0.1:${port}/ws/terminals/t1`,
      ticket: 'ticket-1',
    },
  });
  const opening =
    'mutation ($s: ID!, $p: String! = "/") { openPort(input: { session: $s, machine: "main", port: 80, path: $p }) { url } }';
  const port80 = `http://session-1-main-80.preview.localhost:${port}/__berth/enter?grant=grant-1&to=`;
  t.strictSame((await ask('owner', opening, { s: id })).data, { openPort: { url: `${port80}%2F` } });
  const inside = await ask('owner', opening, { s: id, p: '/docs?a=b' });
  t.strictSame(inside.data, { openPort: { url: `${port80}%2Fdocs%3Fa%3Db` } });
  t.strictSame(codes(await ask('owner', opening, { s: id, p: '//elsewhere.example' })), ['INPUT_INVALID']);
  const entered = await ask(
    'owner',
    'mutation ($s: ID!) { enterStep(input: { session: $s, step: "look" }) { first commands { machine command } } }',
    { s: id },
  );
  const commands = [{ machine: 'main', command: '. /tmp/look' }];
  t.strictSame(entered.data, { enterStep: { first: true, commands } });
  const checked = await ask(
    'owner',
    'mutation ($s: ID!) { runCheck(input: { session: $s, step: "look" }) { attempt { passed score message } } }',
    { s: id },
  );
  t.strictSame(checked.data, { runCheck: { attempt: { passed: true, score: 1, message: 'Well done.' } } });
});

await test('texts come in the requested language, and checks and hints without their secrets', async (t) => {
  const { ask } = await startApp(t);
  const { data } = await ask(
    'owner',
    `query ($l: String) { lab(slug: "linux-command-line") { languages title(language: $l) english: title summary(language: $l) collectionTitle(language: $l)
      steps { pass pollSeconds checks { id kind title(language: $l) weight question { text(language: $l) options(language: $l) multiple } }
        hints { id afterFailures cost } } } }`,
    { l: 'ko-KR' },
  );
  const looked = {
    pass: 0.5,
    pollSeconds: 5,
    checks: [
      { id: 'check', kind: 'SCRIPT', title: null, weight: 1, question: null },
      {
        id: 'ask',
        kind: 'QUIZ',
        title: '이름',
        weight: 2,
        question: { text: '무엇이 파일을 보여 줍니까?', options: ['ls', '없음'], multiple: false },
      },
    ],
    hints: [{ id: 'list', afterFailures: 2, cost: 0.1 }],
  };
  t.strictSame(data?.['lab'], {
    languages: ['en', 'ko'],
    title: '리눅스 명령줄',
    english: 'The Linux command line',
    collectionTitle: '시작',
    // This text exists in English only.
    summary: 'First commands.',
    steps: [looked, { pass: 1, pollSeconds: null, checks: [], hints: [] }],
  });
});

const everything = `{
  viewer { id name email role disabledAt createdAt tokens { id } }
  user(id: "${toGlobalId('User', 'owner')}") { id }
  users { edges { cursor node { id role } } pageInfo { hasPreviousPage startCursor } }
  lab(slug: "linux-command-line") { id slug version languages title summary introduction conclusion minutes internet save collection collectionTitle
    lifetime { idleMinutes totalMinutes maxMinutes } machines { name image } steps { id title instructions hasCheck pass pollSeconds
      checks { id kind title weight question { text options multiple } } hints { id afterFailures cost } }
    progress { passed total score steps { id passed passedAt attempts score bestScore failures hints { id text cost } } } }
  labProblems { lab file line key message }
  warmPools { lab { slug } labSlug ready creating wanted }
  sessions(first: 4) { edges { node { id state generation provisioning { phase percent } queue { position waiting estimatedWaitSeconds reason } reason { code message details { name value } } lab { slug }
    labSlug learner { name } machines { name image address diskPercent ports { port name url } } terminals { id machine createdAt endedAt exitCode }
    createdAt readyAt expiresAt warnedAt endedAt
    attempts(first: 4) { edges { node { id state passed score message output exitCode finding { code } verdicts { id evidence finding { code details { name value } } } reason { code } session { id }
      learner { name } lab { slug } step { title } stepId startedAt finishedAt } } } } } }
  attempts { edges { node { id } } }
  quotas { learner { id } collection lab course { id } sessions memoryBytes savedBytes updatedAt }
  savedUsage { bytes limitBytes }
  engineCapacity { memory { totalBytes budgetBytes usedBytes } disk { totalBytes } sessions { limit used } networks { limit used } }
  attempt(id: "${toGlobalId('Attempt', 'attempt-1')}") { id }
  node(id: "${toGlobalId('Session', 'session-1')}") { __typename id ... on Session { state } }
  nodes(ids: ["${toGlobalId('Lab', 'linux-command-line')}", "${toGlobalId('Attempt', 'attempt-1')}", "${toGlobalId('User', 'owner')}", "nothing", "${toGlobalId('Attempt', 'attempt-9')}"]) { __typename id }
}`;

await test('every field resolves, with the same result before and after compilation', async (t) => {
  const { ask, addSession, services, actors } = await startApp(t);
  addSession('owner', {
    state: 'failed',
    progress: { phase: 'pulling', percent: 40 },
    reason: { code: 'IMAGE_NOT_FOUND', message: 'gone', details: {} },
  });
  await services.checks.run(actors.get('owner'), { sessionId: 'session-1', stepId: 'look' });
  const first = await ask('admin', everything);
  t.equal(first.errors, undefined);
  t.matchOnly(first.data?.['node'], { __typename: 'Session', id: String, state: 'FAILED' });
  t.match(first.data?.['nodes'], [
    { __typename: 'Lab' },
    { __typename: 'Attempt' },
    { __typename: 'User' },
    null,
    null,
  ]);
  for (let time = 0; time < 5; time++) t.strictSame(await ask('admin', everything), first);
});

await test('mutations of users, tokens, sessions and labs return the changes', async (t) => {
  const { ask, addSession } = await startApp(t, { publicUrl: 'https://labs.example.org' });
  addSession('admin');
  const s = toGlobalId('Session', 'session-1');
  const u = toGlobalId('User', 'ada');
  const token = toGlobalId('ApiToken', 'token-1');
  const steps: [string, object][] = [
    ['createUser(input: { name: "ada" }) { user { id role } }', { user: { id: u, role: 'STUDENT' } }],
    [
      `updateUser(input: { user: "${u}", email: "a@example.org", role: INSTRUCTOR, disabled: true }) { user { email role disabledAt } }`,
      { user: { email: 'a@example.org', role: 'INSTRUCTOR', disabledAt: '2030-01-31T09:30:00.000Z' } },
    ],
    [
      `updateUser(input: { user: "${u}", email: null }) { user { email name } }`,
      { user: { email: null, name: 'ada' } },
    ],
    [
      `createSignInLink(input: { user: "${u}" }) { url expiresAt }`,
      { url: 'https://labs.example.org/sign-in/link-secret', expiresAt: '2030-01-31T09:30:00.000Z' },
    ],
    [
      `createToken(input: { name: "ci", scopes: [READ, LEARN], expiresAt: "2031-01-01T00:00:00Z" }) { secret token { id scopes expiresAt } }`,
      {
        secret: 'berth_abcdef',
        token: { id: token, scopes: ['READ', 'LEARN'], expiresAt: '2031-01-01T00:00:00.000Z' },
      },
    ],
    [`revokeToken(input: { token: "${token}" }) { revokedId }`, { revokedId: token }],
    [`revokeToken(input: { token: "${toGlobalId('ApiToken', 'gone')}" }) { revokedId }`, { revokedId: null }],
    [`deleteUser(input: { user: "${u}" }) { deletedId }`, { deletedId: u }],
    [`deleteUser(input: { user: "${u}" }) { deletedId }`, { deletedId: null }],
    ['repinLab(input: { lab: "linux-command-line" }) { forgotten }', { forgotten: 2 }],
    ['mirrorImage(input: { image: "ubuntu", as: "tools" }) { job { kind } }', { job: { kind: 'MIRROR' } }],
    ['removeRegistryImage(input: { image: "ubuntu:24.04" }) { removed }', { removed: true }],
    ['reloadLabs { problems { message } }', { problems: [] }],
    [
      `restartSession(input: { session: "${s}" }) { session { state } }`,
      { session: { state: 'PROVISIONING' } },
    ],
    [`extendSession(input: { session: "${s}" }) { session { id } }`, { session: { id: s } }],
    [
      `openTerminal(input: { session: "${s}", machine: "main" }) { url }`,
      { url: 'wss://labs.example.org/ws/terminals/t1' },
    ],
    ['closeTerminal(input: { terminal: "t1" }) { closedId }', { closedId: 't1' }],
    ['closeTerminal(input: { terminal: "t1" }) { closedId }', { closedId: null }],
    [`stopSession(input: { session: "${s}" }) { session { state } }`, { session: { state: 'ENDED' } }],
    [`deleteSession(input: { session: "${s}" }) { deletedId }`, { deletedId: s }],
    [`deleteSession(input: { session: "${s}" }) { deletedId }`, { deletedId: null }],
    ['deleteMySessions { deletedIds }', { deletedIds: [] }],
  ];
  for (const [field, expected] of steps) {
    const answer = await ask('admin', `mutation { it: ${field} }`);
    t.strictSame([answer.errors, answer.data], [undefined, { it: expected }], field);
  }
});

await test("another user's things look as if they did not exist", async (t) => {
  const { ask, addSession } = await startApp(t);
  addSession('owner');
  const id = toGlobalId('Session', 'session-1');
  const query = 'query ($id: ID!) { session(id: $id) { id } }';
  const outcome = async (as?: string) => codes(await ask(as, query, { id }))[0] ?? 'ok';
  t.strictSame(
    [
      await outcome('owner'),
      await outcome('other'),
      await outcome('instructor'),
      await outcome('admin'),
      await outcome(),
    ],
    ['ok', 'SESSION_NOT_FOUND', 'ok', 'ok', 'UNAUTHENTICATED'],
  );
  const node = await ask('other', 'query ($id: ID!) { node(id: $id) { id } }', { id });
  t.strictSame(node.data, { node: null });
});

await test('a document with several operations runs the named one, compiled or not', async (t) => {
  const { ask } = await startApp(t);
  const query = 'query A { viewer { name } } query B { viewer { ...f } } fragment f on User { role }';
  for (let time = 0; time < 5; time++) {
    t.strictSame((await ask('owner', query, {}, { operationName: 'A' })).data, { viewer: { name: 'owner' } });
    t.strictSame((await ask('owner', query, {}, { operationName: 'B' })).data, {
      viewer: { role: 'STUDENT' },
    });
  }
  t.strictSame(codes(await ask('owner', query)), ['INPUT_INVALID']);
  t.strictSame(codes(await ask('owner', query, {}, { operationName: 'C' })), ['INPUT_INVALID']);
});

await test('a list is read in batches, regardless of its length', async (t) => {
  const { ask, addSession, calls } = await startApp(t);
  for (let count = 0; count < 40; count++) addSession(count % 2 ? 'owner' : 'other');
  const query =
    '{ sessions(first: 40) { edges { node { learner { name } progress { passed } lab { slug } } } } }';
  for (const _ of [1, 2, 3, 4, 5]) {
    calls.length = 0;
    const answer = await ask('instructor', query);
    t.equal(answer.errors, undefined);
    t.strictSame([...calls].sort(), ['checks.progress 2', 'sessions.list', 'users.getMany 2']);
  }
});
