import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';

await test('a course is created and filled with plain HTTP requests', async (t) => {
  const berth = await startBerth(t);
  const request = async (method: string, path: string, body?: BodyInit, type = 'application/json') => {
    const answer = await fetch(`${berth.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${berth.adminToken}`,
        ...(body !== undefined && { 'content-type': type }),
      },
      ...(body !== undefined && { body }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const collection = 'linux-command-line';
  const made = await request(
    'POST',
    '/courses',
    JSON.stringify({ title: 'Linux 101', timeZone: 'Asia/Seoul', collection }),
  );
  t.match(made, {
    status: 201,
    body: { title: 'Linux 101', state: 'draft', timeZone: 'Asia/Seoul', collection },
  });
  const id = String(made.body['id']);
  t.same(await request('GET', `/courses/${id}`), { status: 200, body: made.body });
  t.match(await berth.graphql('query ($id: ID!) { course(id: $id) { title role } }', { id }), {
    course: { title: 'Linux 101', role: 'INSTRUCTOR' },
  });

  type Item = Record<string, unknown>;
  const listed = await request('GET', `/courses/${id}/assignments`);
  const items = listed.body['items'] as Item[];
  t.same(
    items.map(({ lab, position }) => [lab, position]),
    [['linux-command-line', 0]],
    'of the one lab that this service has',
  );
  t.match(listed, { status: 200, body: { next: null, items: [{ points: 100, dueAt: null, course: id }] } });
  const assignment = `/assignments/${String(items[0]?.['id'])}`;
  const patched = await request(
    'PATCH',
    assignment,
    JSON.stringify({ dueAt: '2030-01-01T00:00:00Z', points: 10 }),
  );
  t.match(patched, { status: 200, body: { dueAt: '2030-01-01T00:00:00.000Z', points: 10 } });
  t.same(await request('GET', assignment), patched);
  const wrong = await request('PATCH', assignment, JSON.stringify({ points: -1 }));
  t.match(wrong, { status: 400, body: { code: 'INPUT_INVALID' } });
  t.match(await request('GET', '/assignments/none'), { status: 404, body: { code: 'ASSIGNMENT_NOT_FOUND' } });

  const session = (body: object) => request('POST', '/sessions', JSON.stringify(body));
  const assignmentId = String(items[0]?.['id']);
  const started = await session({ assignment: assignmentId });
  t.match(started, {
    status: 201,
    body: { assignment: assignmentId, lab: collection, run: null, reason: null },
  });
  t.match(await request('GET', `/sessions/${String(started.body['id'])}`), {
    status: 200,
    body: { run: null },
  });
  t.equal((await session({ assignment: assignmentId })).body['id'], started.body['id']);
  const selfStudy = await session({ lab: collection });
  t.match(selfStudy, { status: 201, body: { assignment: null, run: null, deadline: null } });
  t.not(selfStudy.body['id'], started.body['id']);
  for (const body of [{}, { lab: 1 }, { lab: collection, assignment: assignmentId }, []]) {
    t.match(await session(body), {
      status: 400,
      body: { code: 'INPUT_INVALID', detail: /"lab".*"assignment"/ },
    });
  }
  t.match(await session({ assignment: 'none' }), { status: 404, body: { code: 'ASSIGNMENT_NOT_FOUND' } });
  t.match(await session({ lab: 'none' }), { status: 404, body: { code: 'LAB_NOT_FOUND' } });

  const roster = 'name,email,role\nAda,ada@example.org,learner\nBo,bo@example.org,assistant\n';
  const imported = (preview: string, csv = roster) =>
    request('POST', `/courses/${id}/members/import${preview}`, csv, 'text/csv; charset=utf-8');
  const result = { status: 200, body: { created: 2, updated: 0, unchanged: 0, errors: [] } };
  t.same(await imported('?preview=true'), result);
  t.same(await imported(''), result);
  t.match(await imported(''), { body: { created: 0, unchanged: 2 } });

  const problem = (status: number, code: string) => ({ status, body: { status, code, requestId: String } });
  await imported('', 'email,section\nada@example.org,Monday\ncy@example.org,Tuesday\n');
  type Sections = { course: { sections: { id: string }[] } };
  const { course } = await berth.graphql<Sections>(
    'query ($id: ID!) { course(id: $id) { sections { id } } }',
    {
      id,
    },
  );
  const section = course.sections[0]?.id ?? '';
  const gradebook = `/courses/${id}/gradebook?section=`;
  t.match(await request('GET', gradebook + section), {
    status: 200,
    body: { items: { length: 1, 0: { email: 'ada@example.org', section: 'Monday' } }, next: null },
  });
  t.match(await request('GET', `${gradebook}none`), problem(404, 'SECTION_NOT_FOUND'));
  for (const list of ['gradebook', 'members', 'hands']) {
    const ofNone = `query ($id: ID!) { course(id: $id) { ${list}(section: "") { pageInfo { endCursor } } } }`;
    await t.rejects(berth.graphql(ofNone, { id }), /has no such section/, list);
  }

  const post = (body: unknown) => request('POST', '/courses', JSON.stringify(body));
  t.match(await post({}), { ...problem(400, 'INPUT_INVALID'), body: { detail: /^title: / } });
  t.match(await post({ title: 'x', colour: 'red' }), problem(400, 'INPUT_INVALID'));
  t.match(await post({ title: 'x', collection: 'none' }), problem(404, 'COLLECTION_NOT_FOUND'));
  t.match(await post('x'), problem(400, 'INPUT_INVALID'));
  t.match(await request('POST', '/courses', '{', 'application/json'), { status: 400 });
  t.match(await request('GET', '/courses/none'), problem(404, 'COURSE_NOT_FOUND'));
  t.match(
    await request('POST', `/courses/${id}/members/import`, '{}'),
    problem(415, 'MEDIA_TYPE_UNSUPPORTED'),
  );
  t.match(await imported('?preview=maybe'), problem(400, 'INPUT_INVALID'));
  const large = 'a'.repeat(1024 * 1024 + 1);
  t.match(
    await request('POST', `/courses/${id}/members/import`, large, 'text/csv'),
    problem(413, 'BODY_TOO_LARGE'),
  );
  const anonymous = await fetch(`${berth.url}/api/v1/courses/${id}`);
  t.equal(anonymous.status, 401);
});
