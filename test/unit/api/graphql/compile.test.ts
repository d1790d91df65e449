import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getOperationAST, Kind, parse, print, separateOperations } from 'graphql';
import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { countUse, fieldsOf } from '../../../../src/api/graphql/limits/compile.ts';
import { createPreparer } from '../../../../src/api/graphql/limits/prepare.ts';
import { createSchema } from '../../../../src/api/graphql/schema.ts';
import { startApp } from './app.ts';

const schema = createSchema();
const webFolder = fileURLToPath(new URL('../../../../web/src/', import.meta.url));

/** Uses of a query until it is certainly compiled. */
const USES = 5;

/** Returns whether a query that is used several times is given to the cache that compiles. */
function isRepeated(query: string): boolean {
  const prepare = createPreparer(schema);
  for (let use = 1; use < USES; use++) prepare({ query }, true);
  return prepare({ query }, true).repeated;
}

/** Six levels of fragments, each spread at two or three aliases: about a thousand fields in 640 characters. */
const multiplied = `{ a: sessions(first: 1) { ...A } b: sessions(first: 1) { ...A } c: sessions(first: 1) { ...A } }
  fragment A on SessionConnection { x: edges { ...E } y: edges { ...E } z: edges { ...E } }
  fragment E on SessionEdge { x: node { ...S } y: node { ...S } z: node { ...S } }
  fragment S on Session { x: attempts(first: 1) { ...T } y: attempts(first: 1) { ...T } id state }
  fragment T on AttemptConnection { x: edges { ...N } y: edges { ...N } z: edges { ...N } }
  fragment N on AttemptEdge { x: node { id } y: node { id state } cursor }`;

await test('a query is repeated at its second use after it was cached', async (t) => {
  const prepare = createPreparer(schema);
  const query = '{ viewer { name } }';
  const repeated = (known: boolean) => prepare({ query }, known).repeated;
  t.strictSame(
    [1, 2, 3, 4].map(() => repeated(false)),
    [false, false, false, false],
    'not signed in',
  );
  t.strictSame(
    [1, 2, 3, 4].map(() => repeated(true)),
    [false, false, true, true],
  );
});

await test('never compiles a query with many fields, which would block the process', async (t) => {
  t.notOk(isRepeated(multiplied));
  const implementations = `{ ${Array.from({ length: 8 }, (_, index) => `a${index}: node(id: "x") { ...N }`).join(' ')} }
    fragment N on Node { id ... on Lab { title slug } ... on Session { state } ... on User { name } }`;
  t.notOk(isRepeated(implementations), 'an interface counts once for each of its types');
  t.ok(isRepeated('{ a: node(id: "x") { id } }'));
});

await test('counts the fields of expanded fragments in linear time', async (t) => {
  const levels = Array.from(
    { length: 60 },
    (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`,
  );
  const document = parse(`{ ...f0 } ${levels.join(' ')} fragment f60 on Query { viewer { id } }`);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  t.equal(fieldsOf(schema, { document, operation }), 2 * 2 ** 60);
});

await test('all operations of the web app are small enough to be compiled', async (t) => {
  const files = readdirSync(webFolder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.graphql'),
  );
  const documents = separateOperations(
    parse(files.map((file) => readFileSync(join(webFolder, file), 'utf8')).join('\n')),
  );
  t.ok(Object.keys(documents).length > 20);
  for (const document of Object.values(documents)) {
    const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
    if (!operation) throw new Error('There is no operation.');
    t.ok(countUse(schema, { document, operation, uses: USES }), print(operation).slice(0, 60));
  }
});

await test('a compiled query has the same results and errors as an interpreted one', async (t) => {
  const { ask, addSession, services } = await startApp(t);
  const session = addSession('owner');
  services.labs.problems = () => {
    throw new Error('The file is gone.');
  };
  const id = toGlobalId('Session', session.id);
  const queries: [string, Record<string, unknown>?][] = [
    [
      '{ labs(first: 2) { edges { cursor node { slug title steps { id title } } } pageInfo { endCursor hasNextPage } } }',
    ],
    [
      'query ($id: ID!) { session(id: $id) { id state learner { id name } machines { name } progress { steps { id } } } }',
      { id },
    ],
    [
      'query ($id: ID!) { node(id: $id) { __typename id ... on Session { state } ... on User { name } } }',
      { id },
    ],
    ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: [id, 'none', id] }],
    [
      'query ($yes: Boolean!) { viewer { id @skip(if: $yes) ...N @include(if: $yes) } } fragment N on User { name role }',
      { yes: true },
    ],
    ['{ lab(slug: "nothing") { title } }'],
    ['{ viewer { name } a: node(id: "none") { id } problems: labProblems { file } }'],
    ['query ($n: Int) { labs(first: $n) { edges { cursor } } }', { n: null }],
    ['query ($n: Int = 1) { labs(first: $n) { edges { cursor } } }'],
    ['{ labs(first: 1000) { edges { cursor } } }'],
    ['mutation ($id: ID!) { a: enterStep(input: { session: $id, step: "x" }) { __typename } }', { id }],
    ['mutation { createToken(input: { name: "", scopes: [READ] }) { secret } }'],
    ['{ __schema { queryType { name } } __type(name: "Lab") { name kind } }'],
  ];
  for (const [query, variables] of queries) {
    const answers: string[] = [];
    for (let use = 0; use < USES; use++) {
      const { errors, ...answer } = await ask('owner', query, variables);
      const withoutId = errors?.map(({ extensions: { requestId, ...extensions }, ...error }) => {
        t.ok(requestId);
        return { ...error, extensions };
      });
      answers.push(JSON.stringify({ ...answer, errors: withoutId }));
    }
    t.equal(new Set(answers).size, 1, `${query} ${answers.at(-1)}`);
  }
});
