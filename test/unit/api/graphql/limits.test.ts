import { getIntrospectionQuery } from 'graphql';
import { test } from 'tap';
import { limits } from '../../../../src/api/graphql/limits/limits.ts';
import { startApp, codes } from './app.ts';

type Ask = Awaited<ReturnType<typeof startApp>>['ask'];

async function refusal(ask: Ask, query: unknown, variables?: Record<string, unknown>): Promise<string> {
  const answer = await ask('owner', query as string, variables);
  if (!answer.errors) return 'taken';
  return [answer.status, codes(answer)[0], answer.errors[0]?.message].join(' ');
}

const refusedFor = (words: string) =>
  new RegExp(`^400 QUERY_TOO_COMPLEX The query is too complex: .*${words}`);

const nested = (levels: number) =>
  `{ sessions(first: 1) { edges { node ${'{ attempts(first: 1) { edges { node { session '.repeat(levels)} { id } ${'} } } }'.repeat(levels)} } } }`;
const aliases = (count: number) =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: viewer { id }`).join(' ')} }`;
const many = (count: number) =>
  `mutation { ${Array.from({ length: count }, (_, index) => `a${index}: deleteMySessions { deletedIds }`).join(' ')} }`;

await test('limits the depth of fields, also through fragments', async (t) => {
  const { ask } = await startApp(t);
  t.equal(await refusal(ask, nested(1)), 'taken');
  t.match(
    await refusal(ask, nested(2)),
    refusedFor('its fields are nested 12 levels deep, and the maximum is 10'),
  );
  const byFragments = `{ sessions(first: 1) { edges { node { ...a } } } }
    fragment a on Session { attempts(first: 1) { edges { node { session { ...b } } } } }
    fragment b on Session { attempts(first: 1) { edges { node { session { id } } } } }`;
  t.match(await refusal(ask, byFragments), refusedFor('12 levels deep'));
});

await test('limits aliases and repeated fields', async (t) => {
  const { ask } = await startApp(t);
  t.equal(await refusal(ask, aliases(30)), 'taken');
  t.match(await refusal(ask, aliases(31)), refusedFor('31 aliases, and the maximum is 30'));
  t.match(await refusal(ask, `{ ${'viewer { id } '.repeat(11)} }`), refusedFor('repeats "viewer"'));
  t.match(
    await refusal(ask, `{ ${'...f '.repeat(11)} } fragment f on Query { viewer { id } }`),
    refusedFor('repeats "...f"'),
  );
});

await test('counts summaries of assignments as several reads of lists', async (t) => {
  const { ask } = await startApp(t);
  const summaries = (fields: string) =>
    `{ courses(first: 100) { edges { node { assignments { ${fields} } } } } }`;
  for (const fields of ['insights { id }', 'stuck { stepId }']) {
    t.match(await refusal(ask, summaries(fields)), refusedFor('its cost is 3\\d{5}'), fields);
  }
});

await test('limits the cost, where a connection counts its page size, also by variable', async (t) => {
  const { ask } = await startApp(t);
  const query =
    'query ($n: Int!) { sessions(first: 100) { edges { node { attempts(first: $n) { edges { node { id } } } } } } }';
  t.equal(await refusal(ask, query, { n: 10 }), 'taken');
  t.match(await refusal(ask, query, { n: 100 }), refusedFor('its cost is \\d+, and the maximum is 10000'));
  t.equal(await refusal(ask, query, { n: 10 }), 'taken');
  t.match(await refusal(ask, query.replace('$n)', '99)').replace('($n: Int!)', '')), refusedFor('its cost'));
  const nodes =
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Session { attempts(first: 50) { edges { node { id } } } } } }';
  t.equal(await refusal(ask, nodes, { ids: ['x'] }), 'taken');
  t.match(await refusal(ask, nodes, { ids: Array.from({ length: 100 }, () => 'x') }), refusedFor('its cost'));
});

await test('fragments that multiply are counted in linear time', async (t) => {
  const { ask } = await startApp(t);
  // Walking the last fragment at each spread would take 2 to the power of 80 visits.
  const fragments = Array.from(
    { length: 80 },
    (_, index) => `fragment f${index} on Query { ...f${index + 1} viewer { id } ...f${index + 1} }`,
  );
  const query = `{ ...f0 } ${fragments.join('\n')} fragment f80 on Query { viewer { id } }`;
  t.match(await refusal(ask, query), refusedFor('its cost'));
});

await test('a query of nested fragments within the limits is executed', async (t) => {
  const { ask } = await startApp(t);
  const nestedFragments = `{ ${'... { '.repeat(640)} viewer { name } ${'}'.repeat(640)} }`;
  t.match(await ask('owner', nestedFragments), { status: 200, data: { viewer: { name: 'owner' } } });
});

await test('limits the mutations of one request', async (t) => {
  const { ask } = await startApp(t);
  t.equal(await refusal(ask, many(10)), 'taken');
  t.match(await refusal(ask, many(11)), refusedFor('11 mutations, and the maximum is 10'));
});

await test('limits length, tokens, body size and batches', async (t) => {
  const { ask, url } = await startApp(t);
  t.match(
    await refusal(ask, `{ viewer { id } } # ${'x'.repeat(limits.queryLength)}`),
    refusedFor('characters, and the maximum'),
  );
  t.match(
    await refusal(ask, `{ viewer { ${'id,'.repeat(1)} ${'name '.repeat(2_000)} } }`),
    refusedFor('more than 2000 tokens'),
  );
  t.match(
    await refusal(ask, '{ viewer { id } }', { x: 'x'.repeat(limits.bodyBytes) }),
    refusedFor('body is larger than 100000 bytes'),
  );
  const batch = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '[{"query":"{ viewer { id } }"}]',
  });
  t.equal(batch.status, 400);
  t.match(
    await batch.text(),
    /QUERY_TOO_COMPLEX.*batches are not supported|batches are not supported.*QUERY_TOO_COMPLEX/,
  );
});

await test('unbatched reads and large texts have their own cost', async (t) => {
  const { ask } = await startApp(t);
  const inSessions = (first: number, fields: string) =>
    `{ sessions(first: ${first}) { edges { node { ${fields} } } } }`;
  const inAttempts = (first: number) => `{ attempts(first: ${first}) { edges { node { output } } } }`;
  t.equal(
    await refusal(ask, '{ viewer { tokens { id name prefix scopes expiresAt lastUsedAt } } }'),
    'taken',
  );
  t.match(
    await refusal(ask, '{ users(first: 100) { edges { node { tokens { id name prefix } } } } }'),
    refusedFor('its cost is 11\\d+'),
  );
  t.equal(await refusal(ask, inSessions(20, 'terminals { id machine endedAt }')), 'taken');
  t.match(await refusal(ask, inSessions(100, 'terminals { id machine endedAt }')), refusedFor('its cost'));
  const attempts = (index: number) => `a${index}: attempts(first: 1) { pageInfo { hasNextPage } }`;
  t.equal(await refusal(ask, inSessions(20, attempts(0))), 'taken');
  t.match(await refusal(ask, inSessions(100, [0, 1, 2].map(attempts).join(' '))), refusedFor('its cost'));
  t.equal(await refusal(ask, inAttempts(20)), 'taken');
  t.match(await refusal(ask, inAttempts(50)), refusedFor('its cost'));
  const ids = JSON.stringify(Array.from({ length: 100 }, () => 'x'));
  const nodes = Array.from({ length: 10 }, (_, index) => `n${index}: nodes(ids: ${ids}) { id }`);
  t.equal(await refusal(ask, `{ ${nodes[0]} }`), 'taken');
  t.match(await refusal(ask, `{ ${nodes.join(' ')} }`), refusedFor('its cost'));
});

await test('accepts the introspection of common tools, but only once per request', async (t) => {
  const { ask } = await startApp(t);
  const full = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    inputValueDeprecation: true,
    schemaDescription: true,
    oneOf: true,
  });
  t.equal(await refusal(ask, full), 'taken');
  t.equal(await refusal(ask, getIntrospectionQuery()), 'taken');
  t.match(
    await refusal(
      ask,
      full.replace('__schema', 'a: __schema').replace(/\{/, `{ b: __schema { types { ...FullType } }`),
    ),
    refusedFor('its cost'),
  );
  t.match(
    await refusal(
      ask,
      '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    ),
    /^400 INPUT_INVALID/,
  );
});

await test('aliases and repeated fields below introspection count as usual', async (t) => {
  const { ask } = await startApp(t);
  const inTypes = (fields: string) =>
    `{ __schema { types { fields { type { ofType { fields { ${fields} } } } } } } }`;
  const aliased = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: name`).join(' ');
  t.equal(await refusal(ask, inTypes(aliased(30))), 'taken');
  t.match(await refusal(ask, inTypes(aliased(150))), refusedFor('150 aliases'));
  t.match(await refusal(ask, inTypes('name '.repeat(11))), refusedFor('repeats "name"'));
  t.match(
    await refusal(ask, `{ __type(name: "Query") { ...f } } fragment f on __Type { ${aliased(31)} }`),
    refusedFor('31 aliases'),
  );
});

await test('rejects cyclic fragments', async (t) => {
  const { ask } = await startApp(t);
  t.match(
    await refusal(ask, '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'),
    /^400 INPUT_INVALID Cannot spread/,
  );
});
