import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { createSchema } from '../../../src/api/graphql/schema.ts';
import { fuzzFrames } from '../../kit/fuzz/fuzz.ts';
import { fuzzOperations } from '../../kit/fuzz/fuzz-operations.ts';
import type { FuzzedOperation } from '../../kit/fuzz/fuzz-operations.ts';
import { fuzzRequests } from '../../kit/fuzz/fuzz-requests.ts';
import { LAB, startPreviewWorld } from '../../kit/service/previews.ts';
import { seededRandom } from '../../kit/fuzz/random.ts';

/** Number of requests. Set another number for a longer run. */
const REQUESTS = Number(process.env['BERTH_TEST_REQUESTS'] ?? 2_000);
const SEED = Number(process.env['BERTH_TEST_SEED'] ?? 1);
/** Requests at the same time. */
const AT_ONCE = 6;
/** How long to wait for an answer to bytes that may be an incomplete request, in milliseconds. */
const ANSWER_MS = 1_000;

/** Requests that would affect more than the test: the engine's images, other hosts, and the users themselves. */
const FORBIDDEN =
  /image|registry|labsource|repinlab|deleteuser|updateuser|revoketoken|canceljob|recordcollection/i;
const OPERATIONS = createSchema();

await test('random requests cause neither 5xx answers nor unexpected errors, and the process stays', async (t) => {
  const world = await startPreviewWorld(t, {
    BERTH_MAX_SESSIONS: '3',
    BERTH_SESSION_LIMIT: '3',
    // An incomplete body must not make the test long.
    BERTH_BODY_TIMEOUT_SECONDS: '1',
  });
  const { berth } = world;
  const pid = berth.pid();
  const owner = await world.member('owner', 'STUDENT');
  const session = await world.startSession(owner.token);
  const site = await world.visit(owner.token, session);
  const learner = await world.member('learner', 'STUDENT');
  const instructor = await world.member('instructor', 'INSTRUCTOR');
  const started = await berth.graphql<{ startSession: { session: { id: string } } }>(
    'mutation ($lab: String!) { startSession(input: { lab: $lab }) { session { id } } }',
    { lab: LAB },
    learner.token,
  );
  const own = started.startSession.session.id;
  const made = await berth.graphql<{ createCourse: { course: { id: string } } }>(
    'mutation { createCourse(input: { title: "A course", open: true }) { course { id } } }',
    {},
    instructor.token,
  );
  const course = made.createCourse.course.id;
  const added = await berth.graphql<{ createAssignment: { assignment: { id: string } } }>(
    'mutation ($course: ID!, $lab: String!) { createAssignment(input: { course: $course, lab: $lab }) { assignment { id } } }',
    { course, lab: LAB },
    instructor.token,
  );
  const assignment = added.createAssignment.assignment.id;
  await berth.graphql(
    'mutation ($course: ID!, $user: ID!) { addMember(input: { course: $course, user: $user, role: LEARNER }) { member { id } } }',
    { course, user: learner.id },
    instructor.token,
  );
  const { port } = new URL(berth.url);
  const random = seededRandom(SEED);
  const failures: unknown[] = [];
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  const texts = [LAB, own, learner.id, instructor.id, course, assignment, 'main', '8080', 'a file.txt'];
  const asked = {
    learner: { token: learner.token, operations: fuzzOperations(OPERATIONS, { seed: SEED, texts }) },
    instructor: {
      token: instructor.token,
      operations: fuzzOperations(OPERATIONS, { seed: SEED + 1, texts }),
    },
    nobody: { token: undefined, operations: fuzzOperations(OPERATIONS, { seed: SEED + 2, texts }) },
    admin: {
      token: berth.adminToken,
      operations: fuzzOperations(OPERATIONS, {
        seed: SEED + 3,
        texts: [...texts, session],
        allows: (field) => !FORBIDDEN.test(field) && !/session/i.test(field),
      }),
    },
  };
  type Role = keyof typeof asked;
  const roles = Object.keys(asked) as Role[];

  async function askGraphql(role: Role): Promise<void> {
    const { token, operations } = asked[role];
    const { query, variables } = operations.next().value;
    const response = await fetch(`${berth.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.text();
    count(`GraphQL ${response.status} ${/"code":"(\w+)"/.exec(answer)?.[1] ?? 'data'}`);
    if (response.status >= 500 || answer.includes('"code":"INTERNAL"'))
      failures.push({ role, query, variables, status: response.status, answer: answer.slice(0, 500) });
  }

  const files = `/api/v1/sessions/${own}/machines/main/files`;
  const api = fuzzRequests(
    {
      paths: [
        '/',
        '/healthz',
        '/readyz',
        '/metrics',
        '/graphql',
        '/graphiql',
        '/sign-in',
        '/sign-in/berthlink_x',
        '/sign-out',
        '/assets/index.js',
        '/api/v1/labs/x',
        '/api/v1/images/builds',
        '/api/v1/jobs/x',
        '/api/v1/recordings/x',
        '/api/v1/sessions',
        `/api/v1/sessions/${own}`,
        '/api/v1/courses',
        `/api/v1/courses/${course}`,
        `/api/v1/courses/${course}/assignments`,
        `/api/v1/courses/${course}/members/import`,
        `/api/v1/courses/${course}/members/import?preview=true`,
        `/api/v1/courses/${course}/gradebook`,
        `/api/v1/assignments/${assignment}`,
        `/api/v1/assignments/${assignment}/attempts?first=5`,
        `/ws/terminals/${own}`,
        `${files}?path=/tmp/`,
        `${files}?path=/tmp/&list=true`,
        `${files}?path=/tmp/&as=tar`,
        `${files}?path=/tmp/a&mode=0644&parents=true`,
        `${files}?path=relative`,
        files,
      ],
      credentials: [
        `Authorization: Bearer ${learner.token}`,
        `Authorization: Bearer ${instructor.token}`,
        'Authorization: Bearer wrong',
        'Authorization: Basic eDp5',
        'Authorization: ',
        'Cookie: berth=wrong',
      ],
      hosts: [`127.0.0.1:${port}`, `localhost:${port}`, 'other.example', '', 'a:b:c', '[::1'],
    },
    { seed: SEED + 4 },
  );
  const previews = fuzzRequests(
    {
      paths: [
        '/',
        '/echo?a=b',
        '/headers',
        '/count',
        '/nothing',
        '/__berth',
        '/__berth/enter?grant=x&to=//evil',
        '/ws',
      ],
      credentials: [
        `Cookie: ${site.cookie}`,
        `Cookie: a=b; ${site.cookie}; ${site.cookie}x`,
        'Cookie: berth-preview=x',
      ],
      hosts: [
        site.host,
        site.host,
        site.host.replace('8080', '0'),
        site.host.replace('8080', '99999'),
        `x.preview.localhost:${port}`,
        `preview.localhost:${port}`,
      ],
    },
    { seed: SEED + 5 },
  );

  async function sendRaw(what: string, request: Buffer): Promise<void> {
    const answer = await exchange(Number(port), request);
    count(`${what} ${/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'closed'}`);
    // The web server in the machine can violate HTTP: it switches protocols at any "Sec-WebSocket-Key".
    if (/PREVIEW_BROKEN|<title>Invalid response/.test(answer)) return;
    for (const [, status] of answer.matchAll(/(?:^|\r\n\r\n)HTTP\/1\.1 (\d{3}) /g))
      if (Number(status) >= 500)
        failures.push({ request: request.toString('latin1').slice(0, 1_000), answer: answer.slice(0, 500) });
  }

  const subscribed = fuzzOperations(OPERATIONS, {
    seed: SEED + 6,
    texts,
    kinds: ['query', 'subscription', 'mutation'],
  });
  async function subscribe(): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    const seeds = Array.from({ length: 5 }, () => messageOf(subscribed.next().value));
    const init = { type: 'connection_init', payload: { authorization: `Bearer ${learner.token}` } };
    socket.send(JSON.stringify(init));
    for (const message of seeds) socket.send(message);
    const frames = fuzzFrames(
      seeds.map((seed) => Buffer.from(seed)),
      { frames: 5, seed: Math.floor(random() * 1e6) },
    );
    for (const frame of frames) socket.send(frame, { binary: false });
    socket.on('message', (data: Buffer) => {
      if (data.includes('"code":"INTERNAL"')) failures.push({ seeds, answer: data.toString().slice(0, 500) });
    });
    const closed = once(socket, 'close');
    const timer = setTimeout(() => socket.terminate(), ANSWER_MS);
    const [code] = (await closed) as [number];
    clearTimeout(timer);
    count(`socket ${code}`);
    if (code === 1011) failures.push({ seeds, code });
  }

  async function askSomething(): Promise<void> {
    const choice = random();
    if (choice < 0.5) await askGraphql(roles[Math.floor(random() * roles.length)] as Role);
    else if (choice < 0.75) await sendRaw('REST', api.next().value);
    else if (choice < 0.95) await sendRaw('preview', previews.next().value);
    else await subscribe();
  }

  let left = REQUESTS;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left > 0 && berth.runs()) {
        left -= 1;
        await askSomething();
      }
    }),
  );

  t.comment([...counts].map(([what, times]) => `${times} ${what}`).join('\n'));
  // Random requests that are all rejected early would prove nothing.
  for (const what of ['GraphQL 200 data', 'GraphQL 400 INPUT_INVALID', 'REST 200', 'REST 404', 'preview 200'])
    t.ok(counts.has(what), `some of ${what}`);
  t.same(failures.slice(0, 10), [], `${failures.length} of ${REQUESTS} with seed ${SEED}`);
  t.equal(berth.pid(), pid);
  t.ok(berth.runs());
  const noted = berth
    .output()
    .split('\n')
    .filter((line) => /"boundary":|"level":[56]0/.test(line));
  t.same(noted.slice(0, 10), [], `${noted.length} lines of the log report unexpected errors`);
  t.equal((await fetch(`${berth.url}/healthz`)).status, 200);
});

function messageOf({ query, variables }: FuzzedOperation): string {
  return JSON.stringify({ id: String(query.length), type: 'subscribe', payload: { query, variables } });
}

/** The whole answer to these bytes, until the connection ends or is quiet. */
async function exchange(port: number, request: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1').slice(0, 10_000)));
  socket.on('error', () => undefined);
  socket.setTimeout(ANSWER_MS, () => socket.destroy());
  socket.write(request);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}
