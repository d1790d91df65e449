import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { test } from 'tap';
import type { Test } from 'tap';
import { addAttempts } from '../../../../src/api/http/attempts.ts';
import { createCsvDownloads } from '../../../../src/api/http/csv.ts';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { fault } from '../../../../src/core/errors.ts';
import type { CheckService } from '../../../../src/domains/checks/check-service.ts';
import type { Assignment } from '../../../../src/domains/courses/assignment.ts';
import { allScopes } from '../../../../src/domains/identity/actor.ts';
import { until } from '../../../kit/basics/until.ts';

const page = { items: [], hasNextPage: false };

/** Serves the attempts at an assignment, to the user that a request names. */
async function startServer(t: Test, listAttempts: CheckService['listAttempts']) {
  const app = Fastify();
  addProblems(app);
  app.decorateRequest('actor', undefined);
  app.addHook('onRequest', async (request) => {
    const userId = String(request.headers['user'] ?? 'ada');
    request.actor = { userId, role: 'student', scopes: allScopes };
  });
  addAttempts(app, {
    assignments: { get: async (_, id) => ({ id, courseId: 'c' }) as Assignment },
    checks: { listAttempts },
    members: { users: async () => [] },
    csvDownloads: createCsvDownloads(),
  });
  await app.listen();
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/v1/assignments/${encodeURIComponent(toGlobalId('Assignment', 'a'))}/attempts`;
  const ask = (user: string) => fetch(url, { headers: { accept: 'text/csv', user } });
  return { url, ask };
}

await test('a failing first read is reported, and not a file that ends early', async (t) => {
  const { ask } = await startServer(t, async () => {
    throw fault('DATABASE_UNREACHABLE');
  });
  for (const _ of [1, 2]) {
    const answer = await ask('ada');
    t.equal(answer.status, 503);
    t.match(await answer.json(), { code: 'DATABASE_UNREACHABLE' });
    t.equal(answer.headers.get('content-disposition'), null);
  }
});

await test('a user has one CSV download at a time', async (t) => {
  let [reads, finish] = [0, () => undefined as void];
  const { url, ask } = await startServer(t, async () => {
    reads += 1;
    if (reads === 1) await new Promise<void>((resolve) => (finish = resolve));
    return page;
  });
  const first = ask('ada');
  await until(async () => reads === 1);
  const refused = await ask('ada');
  t.equal(refused.status, 429);
  t.equal(refused.headers.get('retry-after'), '5');
  t.match(await refused.json(), { code: 'RATE_LIMITED' });
  t.equal((await ask('bo')).status, 200, 'another user');
  finish();
  t.match(await (await first).text(), /started/);
  t.equal((await ask('ada')).status, 200, 'after the first one');

  reads = 0;
  const gone = get(url, { headers: { accept: 'text/csv', user: 'ada' } }).on('error', () => undefined);
  await until(async () => reads === 1);
  gone.destroy();
  await new Promise((resolve) => gone.once('close', resolve));
  finish();
  await until(async () => (await ask('ada')).status === 200);
});
