import { readFile } from 'node:fs/promises';
import { isObjectType, OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { createPreparer } from '../../../../src/api/graphql/limits/prepare.ts';
import { createSchema } from '../../../../src/api/graphql/schema.ts';
import { startApp } from './app.ts';

const page = await readFile(new URL('../../../../docs/api-graphql.md', import.meta.url), 'utf8');

/** The page's queries and their variables, in order. */
function examples(): { query: string; variables: Record<string, unknown> }[] {
  const blocks = page.matchAll(/```graphql\n(.*?)```(?:\n\n```json\n(.*?)```)?/gs);
  return [...blocks].map(([, query = '', variables = '{}']) => ({
    query,
    variables: JSON.parse(
      variables
        .replace('SESSION', toGlobalId('Session', 'session-1'))
        .replace('STEP', 'look')
        .replace('HINT', 'list'),
    ) as Record<string, unknown>,
  }));
}

await test('the counterparts of Docker commands exist in the schema', (t) => {
  const [, section = ''] = /## Docker commands and their counterparts\n([^]*?)\n## /.exec(page) ?? [];
  const named = [...section.matchAll(/^\| [^|]* \| ([^|]*) \|$/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z]+[A-Z]\w*|images|sessions|machines|addresses|ports)`/g)].map(
      ([, name]) => name,
    ),
  );
  const types = Object.values(createSchema().getTypeMap()).filter(isObjectType);
  const fields = new Set(types.flatMap((type) => Object.keys(type.getFields())));
  t.ok(named.length > 20);
  t.strictSame(
    named.filter((name) => !fields.has(name ?? '')),
    [],
  );
  t.end();
});

await test('every documented example works', async (t) => {
  const { ask, url, addSession } = await startApp(t);
  addSession('owner');
  const prepare = createPreparer(createSchema());
  const client = createClient({
    url: url.replace('http', 'ws'),
    connectionParams: { token: 'owner' },
    webSocketImpl: WebSocket,
  });
  t.teardown(() => client.dispose());
  const all = examples();
  t.ok(all.length >= 9);
  // The example that deletes comes last.
  for (const { query, variables } of [...all].sort(
    (a, b) => Number(a.query.includes('delete')) - Number(b.query.includes('delete')),
  )) {
    const subscription =
      prepare({ query, variables }, true).operation.operation === OperationTypeNode.SUBSCRIPTION;
    const answer = subscription
      ? ((await client.iterate({ query, variables }).next()).value as object)
      : await ask('owner', query, variables);
    t.match(answer, { data: Object, errors: undefined }, query);
  }
});
