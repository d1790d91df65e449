import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { startApp, codes } from './app.ts';

await test('a fault keeps its message, details and request id', async (t) => {
  const { ask } = await startApp(t);
  const answer = await ask('owner', '{ lab(slug: "nothing") { title } }');
  t.equal(answer.status, 200);
  t.equal(answer.data, null);
  const [error] = answer.errors ?? [];
  t.match(error, {
    message: 'There is no lab "nothing". The query "labs" lists all labs.',
    path: ['lab'],
    extensions: { code: 'LAB_NOT_FOUND', lab: 'nothing' },
  });
  t.ok(error?.extensions.requestId);
});

await test('an unknown error becomes INTERNAL, and only the log has its cause', async (t) => {
  const lines: string[] = [];
  const { ask, services, counted } = await startApp(t, { log: { write: (line) => lines.push(line) } });
  services.labs.get = () => {
    throw new Error('password hunter2 at /var/lib');
  };
  for (let time = 0; time < 5; time++) {
    const answer = await ask('owner', '{ lab(slug: "x") { title } }');
    t.strictSame(codes(answer), ['INTERNAL']);
    t.notMatch(JSON.stringify(answer), 'hunter2');
    const id = answer.errors?.[0]?.extensions.requestId ?? '';
    t.ok(lines.some((line) => line.includes('hunter2') && line.includes(`"${id}"`)));
    t.equal(counted.length, time + 1, 'counted once');
  }
  await ask('owner', '{ nothing }');
  await ask('owner', '{');
  await ask('owner', 'query ($x: Int!) { labs(first: $x) { edges { cursor } } }', { x: 'text' });
  t.equal(counted.length, 5, 'rejected queries do not count');
});

await test('null in a non-null field is INTERNAL, compiled or not', async (t) => {
  const { ask, addSession, users } = await startApp(t);
  addSession('owner', { state: 'gone' as 'ended' });
  for (let time = 0; time < 5; time++) {
    t.strictSame(codes(await ask('owner', '{ sessions { edges { node { state } } } }')), ['INTERNAL']);
  }
  users.delete('owner');
  const answer = await ask('admin', '{ sessions { edges { node { learner { name } } } } }');
  t.strictSame(codes(answer), ['USER_NOT_FOUND']);
});

await test('a failing field does not affect the others', async (t) => {
  const { ask } = await startApp(t);
  const answer = await ask(
    'other',
    `{ viewer { name } node(id: "${toGlobalId('Session', 'x')}") { id } it: labProblems { file } }`,
  );
  t.strictSame(codes(answer), ['FORBIDDEN']);
  const nullable = await ask('owner', '{ viewer { name } node(id: "none") { id } }');
  t.strictSame(nullable.data, { viewer: { name: 'owner' }, node: null });
});

await test('invalid GraphQL requests get 400 before anything runs', async (t) => {
  const { ask } = await startApp(t);
  const query = 'query ($id: ID!, $at: DateTime) { session(id: $id) { id } }';
  const mutation =
    'mutation ($at: DateTime) { createToken(input: { name: "x", scopes: [READ], expiresAt: $at }) { secret } }';
  const outcomes = [
    await ask('owner', '{ viewer {'),
    await ask('owner', '{ nothing }'),
    await ask('owner', '{"kind":"Document","definitions":[]}'),
    await ask('owner', '1'),
    await ask('owner', ''),
    await ask('owner', query, {}),
    await ask('owner', query, { id: { a: 1 } }),
    await ask('owner', mutation, { at: 'yesterday' }),
    await ask('owner', mutation.replace('$at })', '"2030-13-45T00:00:00Z" })')),
    await ask('owner', query, [] as unknown as Record<string, unknown>),
    await ask('owner', query, {}, { operationName: 7 }),
    await ask('owner', query, {}, { query: 7 }),
    await ask('owner', `subscription { sessionChanged(id: "x") { id } }`),
  ];
  for (const answer of outcomes) {
    t.equal(answer.status, 400);
    t.notOk('data' in answer);
    t.ok(codes(answer).every((code) => code === 'INPUT_INVALID'));
  }
  // Compiled queries check their variables in different code.
  for (let time = 0; time < 5; time++) await ask('owner', mutation, { at: '2030-01-01T00:00:00Z' });
  const compiled = await ask('owner', mutation, { at: 'yesterday' });
  t.strictSame([compiled.status, codes(compiled)], [400, ['INPUT_INVALID']]);
  t.match(compiled.errors?.[0]?.message, /Invalid DateTime/);
});

await test('a variable of the wrong type is INPUT_INVALID, compiled or not', async (t) => {
  const { ask } = await startApp(t);
  const query = 'query ($n: Int) { labs(first: $n) { edges { node { slug } } } }';
  for (let time = 0; time < 6; time++) {
    const answer = await ask('owner', query, { n: null });
    t.strictSame(codes(answer), ['INPUT_INVALID']);
    t.match(answer.errors?.[0]?.message, 'Variable "$n" is invalid: a value of type "Int!" is required.');
    t.strictSame((await ask('owner', query, {})).errors, undefined);
  }
});

await test('an invalid token gets 401, as GraphQL over HTTP requires', async (t) => {
  const { ask } = await startApp(t);
  const answer = await ask('nobody-known', '{ viewer { name } }');
  t.strictSame([answer.status, codes(answer)], [401, ['UNAUTHENTICATED']]);
  t.strictSame((await ask(undefined, '{ viewer { name } }')).data, { viewer: null });
});

await test('a POST that is not JSON is rejected, so forms of other sites cannot send one', async (t) => {
  const { url } = await startApp(t);
  const body = JSON.stringify({ query: '{ viewer { name } }' });
  const send = async (type: string | undefined, text = body) => {
    const response = await fetch(url, {
      method: 'POST',
      body: Buffer.from(text),
      headers: type ? { 'content-type': type } : {},
    });
    const { errors } = (await response.json()) as { errors: [{ extensions: { code: string } }] };
    return [response.status, errors[0].extensions.code];
  };
  t.strictSame(await send('text/plain'), [415, 'MEDIA_TYPE_UNSUPPORTED']);
  t.strictSame(await send('application/x-www-form-urlencoded'), [415, 'MEDIA_TYPE_UNSUPPORTED']);
  t.strictSame(await send(undefined), [415, 'MEDIA_TYPE_UNSUPPORTED']);
  t.strictSame(await send('application/json', '{'), [400, 'INPUT_INVALID']);
  t.strictSame(await send('application/json', '7'), [400, 'INPUT_INVALID']);
  const got = await fetch(`${url}?query={viewer{name}}`);
  t.equal(got.status, 400);
  t.equal(((await got.json()) as { code: string }).code, 'INPUT_INVALID');
});

await test('the content type follows the Accept header', async (t) => {
  const { url } = await startApp(t);
  const typeFor = async (accept: string) => {
    const headers = { 'content-type': 'application/json', accept };
    const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ viewer { name } }"}' });
    return response.headers.get('content-type');
  };
  t.equal(await typeFor('*/*'), 'application/json; charset=utf-8');
  t.equal(
    await typeFor('application/graphql-response+json'),
    'application/graphql-response+json; charset=utf-8',
  );
});

await test('GraphiQL is served only in development', async (t) => {
  const production = await startApp(t);
  const development = await startApp(t, { development: true });
  t.equal((await fetch(new URL('/graphiql', production.url))).status, 404);
  const page = await fetch(new URL('/graphiql', development.url));
  t.match(await page.text(), /graphiql\/main\.js/);
  const program = await fetch(new URL('/graphiql/main.js', development.url));
  t.match(program.headers.get('content-type'), /javascript/);
});
