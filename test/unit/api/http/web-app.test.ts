import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastify from 'fastify';
import t from 'tap';
import type { Test } from 'tap';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { addWebApp } from '../../../../src/api/http/web-app.ts';

const page = { accept: 'text/html,application/xhtml+xml' };

async function createApp(folder: string) {
  const app = fastify();
  addProblems(app);
  app.get('/api/v1/labs', async () => 'labs');
  await addWebApp(app, { folder });
  return app;
}

async function createBuiltApp(t: Test) {
  const folder = t.testdir({
    web: { 'index.html': '<title>Berth</title>', 'favicon.svg': '<svg/>', assets: {} },
    'secret.txt': 'secret',
  });
  await mkdir(join(folder, 'web/assets'), { recursive: true });
  await writeFile(join(folder, 'web/assets/index-4f2a9c.js'), 'run()');
  return await createApp(join(folder, 'web'));
}

await t.test('the first page is index.html, revalidated each time', async (t) => {
  const app = await createBuiltApp(t);
  for (const url of ['/', '/index.html', '/labs/linux-command-line', '/sessions/1?tab=2']) {
    const answer = await app.inject({ url, headers: page });
    t.equal(answer.statusCode, 200, url);
    t.match(answer.body, '<title>Berth</title>');
    t.equal(answer.headers['cache-control'], 'no-cache');
    t.match(answer.headers['content-type'], 'text/html');
  }
});

await t.test('built files are cached forever, others are revalidated', async (t) => {
  const app = await createBuiltApp(t);
  const asset = await app.inject('/assets/index-4f2a9c.js');
  t.equal(asset.body, 'run()');
  t.match(asset.headers['cache-control'], 'immutable');
  t.equal((await app.inject('/favicon.svg')).headers['cache-control'], 'no-cache');
});

await t.test('an unchanged page is not sent again', async (t) => {
  const app = await createBuiltApp(t);
  const { etag } = (await app.inject({ url: '/', headers: page })).headers;
  const again = await app.inject({ url: '/', headers: { ...page, 'if-none-match': String(etag) } });
  t.equal(again.statusCode, 304);
});

await t.test('a request for something other than a page does not get one', async (t) => {
  const app = await createBuiltApp(t);
  const cases = [
    { url: '/assets/gone.js', headers: page },
    { url: '/api/v1/nothing', headers: page },
    { url: '/graphql', headers: page },
    { url: '/labs', headers: { accept: 'application/json' } },
    { url: '/labs', method: 'POST', headers: page } as const,
  ];
  for (const request of cases) {
    const answer = await app.inject(request);
    t.equal(answer.statusCode, 404, request.url);
    t.match(answer.json(), { code: 'NOT_FOUND' });
  }
  t.equal((await app.inject('/api/v1/labs')).body, 'labs');
});

await t.test('files outside the folder are not served', async (t) => {
  const app = await createBuiltApp(t);
  for (const url of ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '//secret.txt']) {
    t.notMatch((await app.inject(url)).body, /^secret$/, url);
  }
});

await t.test('a page says when the web app has not been built', async (t) => {
  const app = await createApp(join(t.testdir({}), 'nowhere'));
  const answer = await app.inject({ url: '/', headers: page });
  t.equal(answer.statusCode, 503);
  t.match(answer.body, 'npm start');
  t.equal((await app.inject('/api/v1/labs')).body, 'labs');
});
