import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { test } from 'tap';
import type { Test } from 'tap';
import { addCourses } from '../../../../src/api/http/courses.ts';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { fault } from '../../../../src/core/errors.ts';
import type { MemberService } from '../../../../src/domains/courses/member.ts';
import { unused } from './unused.ts';

/** Starts the REST calls of courses, with the import as given. */
async function startServer(t: Test, importRoster: MemberService['importRoster']) {
  const app = Fastify();
  addProblems(app);
  app.decorateRequest('actor', undefined);
  await addCourses(app, {
    courses: { create: unused, get: unused },
    members: { importRoster },
    assignments: { list: unused, get: unused, update: unused },
  });
  await app.listen();
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/api/v1/courses/${encodeURIComponent(toGlobalId('Course', 'c'))}/members/import`;
}

const headers = { 'content-type': 'text/csv' };

await test('a refused import is answered before its body arrives', async (t) => {
  const url = await startServer(t, async () => {
    throw fault('FORBIDDEN', { needed: 'the role "instructor"' });
  });
  const sending = request(url, { method: 'POST', headers: { ...headers, 'content-length': 1_000_000 } });
  t.teardown(() => sending.destroy());
  sending.on('error', () => undefined).flushHeaders();
  const [answer] = await once(sending, 'response');
  t.equal(answer.statusCode, 403);
  t.equal(answer.headers.connection, 'keep-alive', 'the client can send the rest, and read the response');
});

await test('an import reads the body, of at most 1 MiB', async (t) => {
  let length = 0;
  const url = await startServer(t, async (_, __, readCsv) => {
    ({ length } = await readCsv());
    return { created: 0, updated: 0, unchanged: 0, errors: [] };
  });
  const post = (body: string) => fetch(url, { method: 'POST', headers, body });
  t.equal((await post('x'.repeat(1024 * 1024))).status, 200);
  t.equal(length, 1024 * 1024);
  const refused = await post('x'.repeat(1024 * 1024 + 1));
  t.match(await refused.json(), { status: 413, code: 'BODY_TOO_LARGE', details: { limit: 1024 * 1024 } });
});
