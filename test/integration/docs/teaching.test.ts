import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { examplesOf, runExample } from '../../kit/service/doc-examples.ts';

const run = promisify(execFile);

await test('a course is taught as the page for teachers says, in order', async (t) => {
  const berth = await startBerth(t, { BERTH_LABS_DIR: resolve('labs') });
  const cwd = t.testdir();
  const [roster = ''] = await examplesOf('teaching.md', 'csv');
  await writeFile(join(cwd, 'roster.csv'), roster);
  const sh = async (script: string, course = '', assignment = '') => {
    const env = {
      ...process.env,
      BERTH_TOKEN: berth.adminToken,
      COURSE: course,
      ASSIGNMENT: assignment,
    };
    return (await run('sh', ['-euc', script], { cwd, env })).stdout;
  };
  const [
    create = '',
    importing = '',
    assignments = '',
    change = '',
    start = '',
    gradebook = '',
    attempts = '',
  ] = await examplesOf('teaching.md', 'sh', {
    'http://127.0.0.1:8080': berth.url,
  });
  const created = JSON.parse(await sh(create)) as { id: string };
  t.match(created, { title: 'Docker 101', state: 'open', collection: 'docker', timeZone: 'Asia/Seoul' });
  const course = created.id;
  const [answer = ''] = await examplesOf('teaching.md', 'json');
  const result = JSON.stringify(JSON.parse(answer));
  t.equal(await sh(importing, course), result + result, 'the preview and the import');

  const { items } = JSON.parse(await sh(assignments, course)) as { items: { id: string; lab: string }[] };
  t.match(items[0]?.lab, /^docker-1-1/);
  const labs = await berth.graphql<{ labs: { edges: { node: { slug: string; collection: string } }[] } }>(
    '{ labs(first: 100) { edges { node { slug collection } } } }',
  );
  const ofCollection = labs.labs.edges.filter(({ node }) => node.collection === 'docker');
  t.equal(items.length, 11);
  t.same(
    items.map(({ lab }) => lab),
    ofCollection.map(({ node }) => node.slug),
    'in the order of the catalogue',
  );
  const assignment = items[0]?.id ?? '';
  t.match(JSON.parse(await sh(change, course, assignment)), {
    points: 10,
    dueAt: '2030-01-31T14:59:00.000Z',
    latePercentPerDay: 10,
  });
  t.match(JSON.parse(await sh(start, course, assignment)), { assignment, run: null });

  const [
    copy = '',
    invite = '',
    join_ = '',
    list = '',
    extend = '',
    grades = '',
    preview = '',
    give = '',
    matrix = '',
    insights = '',
    raise = '',
    hands = '',
    feedback = '',
  ] = await examplesOf('teaching.md', 'graphql');
  const until = new Date(Date.now() + 3_600_000).toISOString();
  type Invited = { createInvitation: { secret: string; invitation: object } };
  const invited = await runExample<Invited>(berth, invite, { variables: { course, until } });
  t.match(invited?.createInvitation.invitation, { seats: 30, used: 0 });
  const { secret } = invited?.createInvitation ?? {};
  t.match(await runExample(await newcomer(berth), join_, { variables: { secret } }), {
    joinCourse: { course: { title: 'Docker 101', role: 'LEARNER' } },
  });
  const listed = await runExample<{ course: { members: { edges: { node: { id: string } }[] } } }>(
    berth,
    list,
    {
      variables: { course },
    },
  );
  t.match(listed?.course, { state: 'OPEN', sections: [{ name: 'Monday' }, { name: 'Tuesday' }] });
  t.match(listed?.course.members.edges, [
    { node: { user: { email: 'mina@example.org' }, source: 'CSV' } },
    { node: { user: { email: 'noah@example.org' } } },
    { node: { user: { email: 'new@example.org' }, source: 'INVITATION' } },
  ]);
  const member = listed?.course.members.edges[0]?.node.id;
  t.match(await runExample(berth, extend, { variables: { assignment, member } }), {
    setOverride: { override: { dueAt: '2030-02-07T14:59:00.000Z', timeFactor: 1.5, attempts: 3 } },
  });
  t.match(await runExample(berth, copy, { variables: { course } }), {
    copyCourse: {
      course: { term: 'Autumn 2030', state: 'DRAFT', assignments: [{ dueAt: '2030-08-01T14:59:00.000Z' }] },
    },
  });
  t.match(await runExample(berth, give, { variables: { assignment, member } }), {
    giveGrade: {
      grade: { points: 9.5, workPoints: null, changes: [{ cause: 'GIVEN', reason: 'Oral exam' }] },
    },
  });
  t.match(await runExample(berth, grades, { variables: { course } }), {
    course: { gradebook: { edges: [{ node: { total: 9.5 } }, { node: { total: 0 } }, {}] } },
  });
  t.same(await runExample(berth, preview, { variables: { assignment } }), { assignment: { preview: [] } });
  t.match(await runExample(berth, matrix, { variables: { assignment } }), {
    assignment: { matrix: { edges: [{ node: { progress: { passed: 0, total: 4 } } }, {}, {}] } },
  });
  t.match(await runExample(berth, insights, { variables: { assignment } }), {
    assignment: { stuck: [], insights: [{ tried: 0, attempts: null, findings: [] }, {}, {}, {}] },
  });
  t.ok(await runExample(berth, raise, { variables: { assignment } }));
  t.match(await runExample(berth, hands, { variables: { course } }), {
    course: { hands: { edges: [{ node: { note: 'The terminal hangs', stepId: null } }] } },
  });
  const step = 'virtualisation';
  t.ok(await runExample(berth, feedback, { variables: { assignment, step } }));
  t.match(JSON.parse(await sh(gradebook, course)), { items: [{ total: 9.5 }, {}, {}], next: null });
  t.match(await sh(attempts, course, assignment), /^\uFEFF"started","finished","name"/);
  t.match(
    await readFile(join(cwd, 'gradebook.csv'), 'utf8'),
    /"Mina Kim","mina@example.org","Monday","yes",9.5/,
  );
});

/** A service as a new student uses it. */
async function newcomer(berth: BerthProcess): Promise<BerthProcess> {
  const { createUser } = await berth.graphql<{ createUser: { user: { id: string } } }>(
    'mutation { createUser(input: { name: "Newcomer", email: "new@example.org" }) { user { id } } }',
  );
  const { createToken } = await berth.graphql<{ createToken: { secret: string } }>(
    'mutation ($user: ID!) { createToken(input: { name: "laptop", scopes: [READ, LEARN], user: $user }) { secret } }',
    { user: createUser.user.id },
  );
  return { ...berth, graphql: (query, variables) => berth.graphql(query, variables, createToken.secret) };
}
