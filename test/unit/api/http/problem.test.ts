import fastify from 'fastify';
import t from 'tap';
import { fault, faultCodes } from '../../../../src/core/errors.ts';
import { loggingOptions } from '../../../../src/api/http/logging.ts';
import { addProblems, frameworkErrors, toProblem } from '../../../../src/api/http/problem.ts';
import type { Problem } from '../../../../src/api/http/problem.ts';

function createApp() {
  const lines: string[] = [];
  const app = fastify({
    ...loggingOptions({ level: 'info', stream: { write: (line) => lines.push(line) } }),
    frameworkErrors,
  });
  addProblems(app);
  app.get('/fault', async () => {
    throw fault('LAB_NOT_FOUND', { lab: 'nowhere' });
  });
  app.get('/broken', async () => {
    throw new Error('the password is swordfish', { cause: new Error('deep') });
  });
  app.get('/away', async () => {
    throw fault('ENGINE_UNREACHABLE', {}, new Error('ECONNREFUSED'));
  });
  app.get('/secret', async () => {
    throw fault('UNAUTHENTICATED');
  });
  app.post('/echo', { bodyLimit: 100 }, async (request) => request.body ?? null);
  app.post('/strict', { schema: { body: { type: 'object', required: ['name'] } } }, async () => 'ok');
  app.get('/item/:id', async () => 'ok');
  return { app, lines };
}

await t.test('every code of the catalogue becomes a problem', async (t) => {
  for (const code of faultCodes) {
    const problem = toProblem(fault(code), 'r1');
    t.match(problem, { type: `urn:berth:problem:${code}`, code, requestId: 'r1' });
    t.ok(problem.status >= 400 && problem.title !== 'Error', `${code} has a status with a title`);
  }
});

await t.test('a fault becomes a problem with its details and the request id', async (t) => {
  const { app } = createApp();
  const answer = await app.inject({ url: '/fault', headers: { 'x-request-id': 'seen-by-proxy' } });
  t.equal(answer.statusCode, 404);
  t.match(answer.headers['content-type'], 'application/problem+json');
  t.same(answer.json(), {
    type: 'urn:berth:problem:LAB_NOT_FOUND',
    title: 'Not Found',
    status: 404,
    detail: 'There is no lab "nowhere". The query "labs" lists all labs.',
    code: 'LAB_NOT_FOUND',
    details: { lab: 'nowhere' },
    requestId: 'seen-by-proxy',
  });
});

await t.test('an unexpected error is logged with its cause and not shown', async (t) => {
  const { app, lines } = createApp();
  const answer = await app.inject('/broken');
  t.equal(answer.statusCode, 500);
  t.equal(answer.json<Problem>().code, 'INTERNAL');
  t.notMatch(answer.body, /swordfish|deep|problem\.test/);
  const logged = lines.find((line) => line.includes('swordfish')) ?? '';
  t.match(logged, 'deep');
  t.match(logged, `"requestId":"${answer.json<Problem>().requestId}"`);
});

await t.test('a fault of the service itself is logged with its cause', async (t) => {
  const { app, lines } = createApp();
  t.equal((await app.inject('/away')).statusCode, 503);
  t.ok(lines.some((line) => line.includes('ECONNREFUSED')));
});

await t.test('a request without credentials gets the scheme to use', async (t) => {
  const { app } = createApp();
  t.equal((await app.inject('/secret')).headers['www-authenticate'], 'Bearer');
});

const json = { 'content-type': 'application/json' };
const wrong: [name: string, request: object, status: number, code: string, detail?: RegExp][] = [
  ['an unknown address', { url: '/nowhere' }, 404, 'NOT_FOUND'],
  ['an unknown method', { method: 'DELETE', url: '/fault' }, 404, 'NOT_FOUND'],
  [
    'an oversized body',
    { method: 'POST', url: '/echo', headers: json, payload: `"${'x'.repeat(200)}"` },
    413,
    'BODY_TOO_LARGE',
    /100 bytes/,
  ],
  [
    'broken JSON',
    { method: 'POST', url: '/echo', headers: json, payload: '{"a":' },
    400,
    'INPUT_INVALID',
    /not valid JSON/,
  ],
  [
    'a poisoned prototype',
    { method: 'POST', url: '/echo', headers: json, payload: '{"__proto__": {"admin": true}}' },
    400,
    'INPUT_INVALID',
  ],
  ['no JSON', { method: 'POST', url: '/echo', headers: json, payload: '' }, 400, 'INPUT_INVALID', /empty/],
  [
    'a body of another type',
    { method: 'POST', url: '/echo', headers: { 'content-type': 'text/xml' }, payload: '<a/>' },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
    /text\/xml/,
  ],
  [
    'a body that does not fit its schema',
    { method: 'POST', url: '/strict', headers: json, payload: '{}' },
    400,
    'INPUT_INVALID',
    /name/,
  ],
  ['an undecodable address', { url: '/item/%E0%A4%A' }, 400, 'INPUT_INVALID'],
  ['an endless parameter', { url: `/item/${'a'.repeat(5_000)}` }, 400, 'INPUT_INVALID'],
];

for (const [name, request, status, code, detail = /./] of wrong) {
  await t.test(`${name} is ${code}`, async (t) => {
    const { app } = createApp();
    const answer = await app.inject(request);
    t.equal(answer.statusCode, status);
    t.match(answer.headers['content-type'], 'application/problem+json');
    t.match(answer.json(), { code, status, detail });
  });
}
