import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { test } from 'tap';
import type { Test } from 'tap';
import { parse } from 'csv-parse/sync';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { redisUrl } from '../../kit/database/buses.ts';
import { freshDatabaseUrl } from '../../kit/database/databases.ts';
import { startBerth } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { until } from '../../kit/basics/until.ts';

const LAB = 'docker-1-1-what-is-docker';
const DAY_MS = 24 * 60 * 60 * 1000;

const labs = { BERTH_LABS_DIR: resolve('labs') };

await test('a class from nothing, by the API alone: its gradebook is correct to 0.01 point', async (t) => {
  await teach(t, [await startBerth(t, labs)]);
});

await test('the same with two processes on PostgreSQL and Redis, which answer in turns', async (t) => {
  const shared = {
    ...labs,
    DATABASE_URL: await freshDatabaseUrl(t, 'postgresql'),
    REDIS_URL: redisUrl(),
    BERTH_SECRET_KEY: randomBytes(32).toString('base64'),
    BERTH_SUBNET_POOL: '10.99.16.0/20',
  };
  await teach(t, [await startBerth(t, shared), await startBerth(t, shared)]);
});

/** Runs the course. Each request goes to the next of the processes. */
async function teach(t: Test, processes: [BerthProcess, ...BerthProcess[]]): Promise<void> {
  const [first] = processes;
  let requests = 0;
  const next = () => processes[requests++ % processes.length] ?? first;
  const berth: Pick<BerthProcess, 'url' | 'adminToken' | 'graphql'> = {
    adminToken: first.adminToken,
    get url() {
      return next().url;
    },
    graphql: (query, variables, token) => next().graphql(query, variables, token),
  };
  const request = async (method: string, path: string, body?: string, headers: object = {}) => {
    const answer = await fetch(`${berth.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${berth.adminToken}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
  const json = async <T>(...of: Parameters<typeof request>) => JSON.parse(await request(...of)) as T;
  const tomorrow = new Date(Date.now() + DAY_MS).toISOString();

  const course = await json<{ id: string }>(
    'POST',
    '/courses',
    JSON.stringify({ title: 'Docker 101', timeZone: 'Asia/Seoul', collection: 'docker', state: 'open' }),
  );
  const roster = Array.from(
    { length: 30 },
    (_, at) => `=Learner ${at},l${at}@example.org,learner,${at % 2 ? 'B' : 'A'}`,
  );
  const imported = await request(
    'POST',
    `/courses/${course.id}/members/import`,
    ['name,email,role,section', ...roster].join('\n'),
    { 'content-type': 'text/csv' },
  );
  t.match(JSON.parse(imported), { created: 30, errors: [] });
  type Listed = { items: { id: string; lab: string; position: number }[]; next: null };
  const { items } = await json<Listed>('GET', `/courses/${course.id}/assignments`);
  t.equal(items[0]?.lab, LAB);
  const assignment = items[0]?.id ?? '';
  const patch = (change: object) => request('PATCH', `/assignments/${assignment}`, JSON.stringify(change));
  await patch({ dueAt: tomorrow, points: 10, latePercentPerDay: 10 });

  type People = {
    course: { members: { edges: { node: { id: string; user: { id: string; email: string } } }[] } };
  };
  const people = await berth.graphql<People>(
    'query ($id: ID!) { course(id: $id) { members(first: 50) { edges { node { id user { id email } } } } } }',
    { id: course.id },
  );
  const memberOf = (at: number) => {
    const found = people.course.members.edges.find(({ node }) => node.user.email === `l${at}@example.org`);
    if (!found) throw new Error(`There is no learner ${at}.`);
    return found.node;
  };
  await berth.graphql(
    `mutation ($assignment: ID!, $member: ID!, $dueAt: String!) {
      setOverride(input: { assignment: $assignment, member: $member, dueAt: $dueAt }) { override { id } }
    }`,
    { assignment, member: memberOf(2).id, dueAt: tomorrow },
  );

  type Lab = { lab: { steps: { id: string; checks: { id: string }[] }[] } };
  const { lab } = await berth.graphql<Lab>(
    'query ($slug: String!) { lab(slug: $slug) { steps { id checks { id } } } }',
    { slug: LAB },
  );
  t.equal(lab.steps.length, 4);

  /** A learner's session of the assignment. `answer` answers the questions of a step with the chosen options. */
  async function work(at: number) {
    const { createToken } = await berth.graphql<{ createToken: { secret: string } }>(
      'mutation ($user: ID!) { createToken(input: { name: "x", scopes: [READ, LEARN], user: $user }) { secret } }',
      { user: memberOf(at).user.id },
    );
    const token = createToken.secret;
    const started = await json<{ id: string }>('POST', '/sessions', JSON.stringify({ assignment }), {
      authorization: `Bearer ${token}`,
    });
    type Seen = { session: { state: string } };
    const state = 'query ($id: ID!) { session(id: $id) { state } }';
    await until(
      async () => (await berth.graphql<Seen>(state, { id: started.id }, token)).session.state === 'READY',
      60_000,
    );
    return {
      answer: (step: number, ...options: number[]) =>
        berth.graphql(
          'mutation ($input: RunCheckInput!) { runCheck(input: $input) { attempt { passed } } }',
          {
            input: {
              session: started.id,
              step: lab.steps[step]?.id,
              answers: options.map((option, check) => ({
                check: lab.steps[step]?.checks[check]?.id,
                options: [option],
              })),
            },
          },
          token,
        ),
      grade: async () =>
        (
          await berth.graphql<{ assignment: { grade: { points: number } | null } }>(
            'query ($id: ID!) { assignment(id: $id) { grade { points } } }',
            { id: assignment },
            token,
          )
        ).assignment.grade?.points,
    };
  }

  /** Follows the matrix and the course as its instructor does. Resolves when both have started. */
  async function follow() {
    const socket = createClient({
      url: `${berth.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${berth.adminToken}` },
    });
    const rows = socket.iterate<{ matrixChanged: object }>({
      query: `subscription ($assignment: ID!) { matrixChanged(assignment: $assignment) {
        member { user { id } } progress { steps { id attempts failures passed } }
      } }`,
      variables: { assignment },
    });
    const activities = socket.iterate<{ courseActivity: object }>({
      query: `subscription ($course: ID!) { courseActivity(course: $course) {
        hand { note } attempt { passed learner { id } }
      } }`,
      variables: { course: course.id },
    });
    const row = rows.next();
    let heard: unknown;
    const first = activities.next().then(({ value }) => (heard = value?.data?.courseActivity));
    await until(async () => {
      const raise = 'mutation ($input: RaiseHandInput!) { raiseHand(input: $input) { hand { id } } }';
      await berth.graphql(raise, { input: { assignment, note: 'Is it on?' } });
      return heard !== undefined;
    });
    t.match(await first, { hand: { note: 'Is it on?' }, attempt: null });
    return {
      row: async () => (await row).value?.data?.matrixChanged,
      /** The next event that is not the hand again. */
      async activity() {
        for (;;) {
          const { value } = await activities.next();
          const activity = value?.data?.courseActivity as { hand: unknown } | undefined;
          if (!activity || activity.hand === null) return activity;
        }
      },
      stop: () => socket.dispose(),
    };
  }

  const ada = await work(0);
  await ada.answer(0, 1);
  await ada.answer(1, 0, 1);
  t.equal(await ada.grade(), 5, 'two of four steps');

  const followed = await follow();
  const bo = await work(1);
  await bo.answer(0, 0);
  const boId = memberOf(1).user.id;
  const firstStep = { id: lab.steps[0]?.id, attempts: 1, failures: 1, passed: false };
  t.match(await followed.row(), { member: { user: { id: boId } }, progress: { steps: [firstStep] } });
  t.match(await followed.activity(), { attempt: { passed: false, learner: { id: boId } }, hand: null });
  await followed.stop();
  await bo.answer(0, 1);
  await patch({ dueAt: new Date().toISOString() });
  const cy = await work(2);
  await cy.answer(0, 1);
  const di = await work(3);
  await di.answer(0, 1);
  await di.answer(1, 0, 1);
  await berth.graphql(
    `mutation ($assignment: ID!, $member: ID!) {
      giveGrade(input: { assignment: $assignment, member: $member, points: 6.5, reason: "Oral exam" }) { grade { points } }
    }`,
    { assignment, member: memberOf(4).id },
  );

  const csv = await request('GET', `/courses/${course.id}/gradebook`, undefined, { accept: 'text/csv' });
  const [header = [], ...lines] = parse(csv, { bom: true });
  t.same(header.slice(0, 5), ['name', 'email', 'section', 'active', 'Docker 1-1. What Docker is (10)']);
  t.equal(header.at(-1), 'total (1010)');
  t.equal(lines.length, 30);
  const line = (at: number) => lines.find(([, email]) => email === `l${at}@example.org`) ?? [];
  t.same(
    [0, 1, 2, 3, 4, 5].map((at) => [line(at)[4], line(at).at(-1)]),
    [
      ['5', '5'],
      ['1.88', '1.88'],
      ['2.5', '2.5'],
      ['4.5', '4.5'],
      ['6.5', '6.5'],
      ['', '0'],
    ],
    'complete, with a wrong answer, in time by the extension, a day late, given, and without work',
  );
  t.same(line(1).slice(0, 3), ["'=Learner 1", 'l1@example.org', 'B'], 'a name is never a formula');

  type Page = {
    items: { name: string; total: number; grades: ({ points: number } | null)[] }[];
    next: string | null;
  };
  const seen = [];
  let cursor: string | null = '';
  do {
    const after = cursor === '' ? '' : `&after=${encodeURIComponent(cursor)}`;
    const page: Page = await json('GET', `/courses/${course.id}/gradebook?limit=7${after}`);
    seen.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  t.equal(seen.length, 30);
  t.match(
    seen.find(({ name }) => name === '=Learner 3'),
    { total: 4.5, grades: [{ points: 4.5 }, null] },
  );
  const attempts = parse(
    await request('GET', `/assignments/${assignment}/attempts`, undefined, { accept: 'text/csv' }),
    { bom: true, columns: true },
  );
  t.equal(attempts.length, 7);
  t.match(attempts.at(-1), {
    name: "'=Learner 0",
    email: 'l0@example.org',
    step: lab.steps[0]?.id,
    run: '1',
    state: 'finished',
    passed: 'yes',
    score: '1',
  });
  type Attempts = { items: { learner: string; passed: boolean }[]; next: string | null };
  const newest = await json<Attempts>('GET', `/assignments/${assignment}/attempts?limit=5`);
  t.equal(newest.items.length, 5);
  t.match(newest.items[0], { learner: memberOf(3).user.id, step: lab.steps[1]?.id, passed: true });
  const rest = await json<Attempts>(
    'GET',
    `/assignments/${assignment}/attempts?after=${encodeURIComponent(newest.next ?? '')}`,
  );
  t.match([rest.items.length, rest.next], [2, null]);

  const wrong = await fetch(`${berth.url}/api/v1/courses/${course.id}/gradebook?limit=0`, {
    headers: { authorization: `Bearer ${berth.adminToken}` },
  });
  t.match([wrong.status, await wrong.json()], [400, { code: 'INPUT_INVALID', detail: /limit/ }]);
}
