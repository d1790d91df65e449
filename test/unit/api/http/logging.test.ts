import fastify from 'fastify';
import t from 'tap';
import { loggingOptions, addRequestIds } from '../../../../src/api/http/logging.ts';

function createApp() {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const app = fastify(loggingOptions({ level: 'info', stream }));
  addRequestIds(app);
  app.get('/hello', async () => 'hello');
  app.post('/take', async (request) => {
    request.log.info({ secret: 's3cret', input: { token: 's3cret', name: 'ok' }, req: request }, 'taken');
    return 'ok';
  });
  return { app, lines };
}

await t.test('each request is one line with its status and time', async (t) => {
  const { app, lines } = createApp();
  await app.inject('/hello');
  t.equal(lines.length, 1);
  t.match(lines[0], { method: 'GET', url: '/hello', status: 200, ms: Number, requestId: String });
});

await t.test('a malformed address is one line, too', async (t) => {
  const { app, lines } = createApp();
  await app.inject('/nowhere');
  t.match(lines, [{ url: '/nowhere', status: 404 }]);
});

await t.test('a valid request id of the caller is used and returned', async (t) => {
  const { app, lines } = createApp();
  const answer = await app.inject({ url: '/hello', headers: { 'x-request-id': 'lms-42.a_b' } });
  t.equal(answer.headers['x-request-id'], 'lms-42.a_b');
  t.equal(lines[0]?.['requestId'], 'lms-42.a_b');
});

for (const given of ['', 'a b', '<script>', 'x'.repeat(65), 'ä']) {
  await t.test(`the id "${given.slice(0, 10)}" is not used`, async (t) => {
    const { app } = createApp();
    const answer = await app.inject({ url: '/hello', headers: { 'x-request-id': given } });
    t.match(answer.headers['x-request-id'], /^[0-9a-z]{26}$/);
  });
}

await t.test('the log has no secrets of headers, addresses, bodies or details', async (t) => {
  const { app, lines } = createApp();
  await app.inject({
    method: 'POST',
    url: '/take?ticket=s3cret',
    headers: { authorization: 'Bearer s3cret', cookie: 'berth=s3cret' },
    payload: { password: 's3cret' },
  });
  await app.inject('/sign-in/s3cret');
  t.notMatch(JSON.stringify(lines), /s3cret/);
  t.match(lines[0], { secret: '[redacted]', input: { token: '[redacted]', name: 'ok' } });
});
