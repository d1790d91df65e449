import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { codes, startApp } from './app.ts';

const id = toGlobalId('LabSource', 'source-1');
const add =
  'mutation { it: addLabSource(input: { name: "Ours", address: "https://git.example.org/labs.git", ref: "main" }) { source { id name ref folder everyMinutes state commit reason { code } } } }';

await test('a lab source is added, listed, found by id, refreshed and removed', async (t) => {
  const { ask } = await startApp(t);
  const source = { id, name: 'Ours', ref: 'main', folder: '', everyMinutes: 10 };
  const seen = { state: 'WAITING', commit: null, reason: null };
  t.strictSame((await ask('admin', add)).data, { it: { source: { ...source, ...seen } } });
  for (const [query, expected] of [
    ['{ it: labSources { id } }', [{ id }]],
    ['query ($id: ID!) { it: node(id: $id) { ... on LabSource { name } } }', { name: 'Ours' }],
    ['mutation ($id: ID!) { it: checkLabSource(input: { id: $id }) { source { id } } }', { source: { id } }],
    ['mutation ($id: ID!) { it: removeLabSource(input: { id: $id }) { removed } }', { removed: true }],
    ['mutation ($id: ID!) { it: removeLabSource(input: { id: $id }) { removed } }', { removed: false }],
    ['query ($id: ID!) { it: node(id: $id) { id } }', null],
  ] as const) {
    t.strictSame(
      (await ask('admin', query, query.includes('$id') ? { id } : {})).data,
      { it: expected },
      query,
    );
  }
});

await test('only admins see lab sources; others get an error, and nothing by id', async (t) => {
  const { ask } = await startApp(t);
  await ask('admin', add);
  for (const actor of ['owner', 'instructor']) {
    t.strictSame(codes(await ask(actor, '{ labSources { id } }')), ['FORBIDDEN']);
    t.strictSame(codes(await ask(actor, add)), ['FORBIDDEN']);
    t.strictSame((await ask(actor, 'query ($id: ID!) { node(id: $id) { id } }', { id })).data, {
      node: null,
    });
  }
});
