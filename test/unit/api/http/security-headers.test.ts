import fastify from 'fastify';
import t from 'tap';
import { addSecurityHeaders } from '../../../../src/api/http/security-headers.ts';

async function headersOf(url: string, options: { publicUrl?: string; development?: boolean } = {}) {
  const app = fastify();
  await addSecurityHeaders(app, { publicUrl: options.publicUrl, development: options.development ?? false });
  app.get('/', async () => 'ok');
  app.get('/graphiql', async () => 'ok');
  return (await app.inject(url)).headers;
}

await t.test(
  'scripts come from Berth only, styles also from xterm, and no other site can frame pages',
  async (t) => {
    const policy = String((await headersOf('/'))['content-security-policy']);
    t.match(policy, "script-src 'self';");
    t.match(policy, "style-src 'self' 'unsafe-inline'");
    t.match(policy, "frame-ancestors 'self'");
    t.match(policy, "object-src 'none'");
    t.notMatch(policy, 'unsafe-eval');
  },
);

await t.test('plain http does not require https', async (t) => {
  const headers = await headersOf('/');
  t.notMatch(headers['content-security-policy'], 'upgrade-insecure-requests');
  t.equal(headers['strict-transport-security'], undefined);
  t.equal(headers['cross-origin-opener-policy'], undefined);
});

await t.test('https makes browsers keep using https', async (t) => {
  const headers = await headersOf('/', { publicUrl: 'https://berth.example.org' });
  t.match(headers['strict-transport-security'], 'max-age=');
});

await t.test('addresses stay within Berth, and forms keep their origin', async (t) => {
  t.equal((await headersOf('/'))['referrer-policy'], 'same-origin');
});

await t.test('only GraphiQL in development may load its programs', async (t) => {
  const csp = 'content-security-policy';
  t.match((await headersOf('/graphiql', { development: true }))[csp], 'https://unpkg.com');
  t.notMatch((await headersOf('/', { development: true }))[csp], 'unpkg');
  t.notMatch((await headersOf('/graphiql'))[csp], 'unpkg');
});
