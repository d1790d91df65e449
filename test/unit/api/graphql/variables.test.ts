import { parse } from 'graphql';
import type { OperationDefinitionNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { RequestRefused } from '../../../../src/api/graphql/errors.ts';
import { createSchema } from '../../../../src/api/graphql/schema.ts';
import { checkVariables } from '../../../../src/api/graphql/limits/variables.ts';
import { fuzzOperations } from '../../../kit/fuzz/fuzz-operations.ts';
import { startApp } from './app.ts';
import type { Answer } from './app.ts';

/** Number of operations. Each runs several times, because repeated operations are compiled. */
const OPERATIONS = 150;

const WRONG: [query: string, variables: Record<string, unknown>, variable: string][] = [
  ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', null] }, 'ids[1]'],
  ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [['a']] }, 'ids[0]'],
  ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {}, 'ids'],
  ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: null }, 'ids'],
  ['query ($first: Int!) { labs(first: $first) { edges { cursor } } }', { first: 'two' }, 'first'],
  ['query ($first: Int!) { labs(first: $first) { edges { cursor } } }', { first: 2 ** 31 }, 'first'],
  ['query ($first: Int! = 2) { labs(first: $first) { edges { cursor } } }', { first: null }, 'first'],
  ['query ($first: Int = 2) { labs(first: $first) { edges { cursor } } }', { first: null }, 'first'],
  ['query ($first: Int) { labs(first: $first) { edges { cursor } } }', { first: null }, 'first'],
  [
    'query ($first: Int = 2) { ...page } fragment page on Query { labs(first: $first) { edges { cursor } } }',
    { first: null },
    'first',
  ],
  [
    'mutation ($session: ID = "a") { stopSession(input: { session: $session }) { session { id } } }',
    { session: null },
    'session',
  ],
  ['query ($with: Boolean = true) { labs @include(if: $with) { edges { cursor } } }', { with: null }, 'with'],
  [
    'query ($s: [SessionState!]) { sessions(states: $s) { edges { cursor } } }',
    { s: ['READY', 'NO'] },
    's[1]',
  ],
  ['query ($s: [SessionState!]) { sessions(states: $s) { edges { cursor } } }', { s: {} }, 's'],
  [
    'mutation ($input: StartSessionInput!) { startSession(input: $input) { session { id } } }',
    { input: { lab: 'shell', unknown: 1 } },
    'input',
  ],
  [
    'mutation ($input: StartSessionInput!) { startSession(input: $input) { session { id } } }',
    { input: { lab: ['shell'] } },
    'input.lab',
  ],
  [
    'mutation ($input: StartSessionInput!) { startSession(input: $input) { session { id } } }',
    { input: 'shell' },
    'input',
  ],
  [
    'mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret } }',
    { input: { name: 'x', scopes: ['READ', null], expiresAt: 'soon' } },
    'input.scopes[1]',
  ],
  [
    'mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret } }',
    { input: { name: 'x', scopes: ['READ'], expiresAt: 'soon' } },
    'input.expiresAt',
  ],
];

type Refusal = NonNullable<Answer['errors']>;

await test('a wrong variable is INPUT_INVALID with its path, over HTTP and WebSocket', async (t) => {
  const { ask, url } = await startApp(t);
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: 'Bearer admin' },
    retryAttempts: 0,
  });
  t.teardown(() => client.dispose());

  for (const [query, variables, variable] of WRONG) {
    const name = `${variable} of ${JSON.stringify(variables)}`;
    // Repeated operations are compiled.
    for (let time = 0; time < 5; time += 1) {
      const { status, errors } = await ask('admin', query, variables);
      t.equal(status, 400, name);
      t.match(errors?.[0]?.extensions, { code: 'INPUT_INVALID', variable }, name);
    }
    const refusal = await new Promise<Refusal>((resolve) => {
      client.subscribe(
        { query, variables },
        {
          next: ({ errors }) => resolve(errors as Refusal),
          error: (errors) => resolve(errors as Refusal),
          complete: () => resolve([]),
        },
      );
    });
    t.match(refusal[0]?.extensions, { code: 'INPUT_INVALID', variable }, `${name} over WebSocket`);
  }
});

await test('a nullable variable can be null, and one with a default can be missing', async (t) => {
  const { ask } = await startApp(t);
  const queries: [query: string, variables: Record<string, unknown>][] = [
    ['query ($s: [SessionState!] = [READY]) { sessions(states: $s) { edges { cursor } } }', { s: null }],
    ['query ($first: Int) { labs(first: $first) { edges { cursor } } }', {}],
  ];
  for (const [query, variables] of queries) {
    for (let time = 0; time < 3; time += 1)
      t.match(await ask('admin', query, variables), { status: 200, errors: undefined });
  }
});

await test('omitted fields of an input have their defaults, also in repeated operations', async (t) => {
  const { ask } = await startApp(t);
  const query = 'mutation ($input: CreateCourseInput!) { createCourse(input: $input) { course { state } } }';
  const list =
    'query ($terms: [AssignmentInput!]) { labs(first: 1) @include(if: false) { edges { cursor } } }';
  for (let time = 0; time < 4; time += 1) {
    const made = await ask('admin', query, { input: { title: 'x' } });
    t.match(made, { status: 200, data: { createCourse: { course: { state: 'DRAFT' } } }, errors: undefined });
    const open = await ask('admin', query, { input: { title: 'x', open: true } });
    t.match(open, { data: { createCourse: { course: { state: 'OPEN' } } } });
  }
  t.match(await ask('admin', list, { terms: [] }), { status: 400 }, 'an unused variable is still an error');
});

await test('variable checks stop at the tenth error', async (t) => {
  const document = parse(
    'mutation ($input: RunCheckInput!) { runCheck(input: $input) { attempt { passed } } }',
  );
  const [operation] = document.definitions as OperationDefinitionNode[];
  let checked = 0;
  const answers = Array.from({ length: 1_000 }, () => ({
    get check() {
      checked += 1;
      return {};
    },
  }));
  const input = { session: 's', step: 's', answers };
  try {
    if (operation) checkVariables(createSchema(), { document, operation }, { input });
    t.fail('wrong variables were accepted');
  } catch (error) {
    t.equal(error instanceof RequestRefused && error.errors.length, 10);
  }
  t.equal(checked, 10);
});

await test('random operations with random variables never cause an unexpected error', async (t) => {
  const log: string[] = [];
  const { ask } = await startApp(t, { log: { write: (line) => void log.push(line) } });
  const operations = fuzzOperations(createSchema(), { seed: 7, texts: ['shell', 'session-1', 'admin'] });
  for (let count = 0; count < OPERATIONS; count += 1) {
    const { query, variables } = operations.next().value;
    for (let time = 0; time < 4; time += 1) {
      const { status, errors = [] } = await ask('admin', query, variables);
      const unexpected = errors.filter(({ extensions }) => extensions.code === 'INTERNAL');
      if (status >= 500 || unexpected.length > 0) {
        t.fail('an unexpected error', { query, variables, status, errors, log: log.at(-2) });
      }
    }
  }
  t.ok(log.length >= OPERATIONS);
});
