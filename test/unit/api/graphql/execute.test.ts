import Fastify from 'fastify';
import { GraphQLError, OperationTypeNode, parse } from 'graphql';
import type { OperationDefinitionNode } from 'graphql';
import { test } from 'tap';
import type { Test } from 'tap';
import type { GraphqlContext } from '../../../../src/api/graphql/context.ts';
import { registerExecutor } from '../../../../src/api/graphql/execute.ts';
import type { PreparedQuery } from '../../../../src/api/graphql/limits/prepare.ts';
import { createSchema } from '../../../../src/api/graphql/schema.ts';

/** An executor of a schema whose resolvers a test can replace. */
async function start(t: Test) {
  const app = Fastify();
  t.teardown(() => app.close());
  const schema = createSchema();
  const context = {} as GraphqlContext;
  const executor = await registerExecutor(app, schema);
  await app.ready();
  return {
    schema,
    execute: (prepared: PreparedQuery) => executor.run(prepared, context),
    subscribe: (prepared: PreparedQuery, variables: Record<string, unknown>) =>
      executor.subscribe({ ...prepared, variables }, context),
  };
}

function prepared(query: string, { repeated }: { repeated: boolean }): PreparedQuery {
  const document = parse(query);
  const operation = document.definitions[0] as OperationDefinitionNode;
  return { document, operation, variables: {}, repeated };
}

/** A query with an error, which has extensions only if it was interpreted. */
const failing = (index: number) => `{ viewer { name } } # ${index}`;

async function startFailing(t: Test) {
  const { schema, execute } = await start(t);
  const viewer = schema.getQueryType()?.getFields()['viewer'];
  if (!viewer) throw new Error('There is no viewer.');
  viewer.resolve = () => {
    throw new Error('No viewer.');
  };
  return async (query: PreparedQuery): Promise<boolean> => {
    const { errors } = await execute(query);
    t.match(errors, [{ message: 'No viewer.' }]);
    return errors?.[0]?.extensions === undefined;
  };
}

await test('a repeated query is compiled at its second execution, others never', async (t) => {
  const isCompiled = await startFailing(t);
  const repeated = prepared(failing(0), { repeated: true });
  t.strictSame(
    [await isCompiled(repeated), await isCompiled(repeated), await isCompiled(repeated)],
    [false, true, true],
  );
  const once = prepared(failing(0), { repeated: false });
  t.strictSame(
    [await isCompiled(once), await isCompiled(once), await isCompiled(once)],
    [false, false, false],
  );
});

await test('only repeated queries evict compiled ones', async (t) => {
  const isCompiled = await startFailing(t);
  const oldest = prepared(failing(0), { repeated: true });
  for (let use = 0; use < 3; use++) await isCompiled(oldest);
  for (let index = 0; index < 100; index++) await isCompiled(prepared(failing(index), { repeated: false }));
  t.ok(await isCompiled(oldest));
  for (let index = 0; index < 40; index++) await isCompiled(prepared(failing(index), { repeated: true }));
  t.notOk(await isCompiled(oldest), 'evicted');
  t.ok(await isCompiled(oldest), 'compiled again');
});

await test('an invalid variable is an error without data', async (t) => {
  const { execute } = await start(t);
  const result = await execute(prepared('query ($id: ID!) { node(id: $id) { id } }', { repeated: false }));
  t.match(result.errors, [{ message: 'Variable "$id" of required type "ID!" was not provided.' }]);
  t.ok(result.errors?.[0] instanceof GraphQLError);
  t.equal(result.data, undefined);
});

await test('a document that cannot be executed rejects', async (t) => {
  const { execute } = await start(t);
  const broken = prepared('{ viewer { name } }', { repeated: false });
  Object.assign(broken.document, { definitions: () => [] });
  await t.rejects(execute(broken), { code: 'MER_ERR_GQL_VALIDATION' });
});

await test('the source of a subscription closes when an event cannot be responded to', async (t) => {
  const { schema, subscribe } = await start(t);
  const field = schema.getSubscriptionType()?.getFields()['sessionChanged'];
  if (!field) throw new Error('There is no subscription.');
  let closed = false;
  field.subscribe = async function* () {
    try {
      while (true) yield {};
    } finally {
      closed = true;
    }
  };
  field.resolve = () => null;
  const query = prepared('subscription ($id: ID!) { sessionChanged(id: $id) { id } }', { repeated: false });
  t.equal(query.operation.operation, OperationTypeNode.SUBSCRIPTION);
  const results = await subscribe(query, { id: 'x' });
  if (!('next' in results)) throw new Error('The subscription did not start.');
  t.equal((await results.next()).done, false);
  t.notOk(closed);
  Object.assign(query.document, { definitions: undefined });
  await t.rejects(results.next());
  t.ok(closed);
});
