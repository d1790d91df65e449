import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { startApp } from './app.ts';
import { recording } from './recordings-service.ts';

const id = toGlobalId('Recording', recording.id);
const fields = 'id terminal machine content seconds bytes truncated expiresAt url learner { id } labSlug';

await test('recordings are read by id, by session and in a list', async (t) => {
  const { ask, url, addSession } = await startApp(t);
  addSession('owner');
  const expected = {
    id,
    terminal: 't1',
    machine: 'main',
    content: 'OUTPUT',
    seconds: 61.5,
    bytes: 20_000,
    truncated: false,
    expiresAt: recording.endedAt?.toISOString(),
    url: `${url.replace('/graphql', '')}/api/v1/recordings/${id}.cast`,
    learner: { id: toGlobalId('User', 'owner') },
    labSlug: 'linux-command-line',
  };
  const { data } = await ask(
    'owner',
    `{ recording(id: "${id}") { ${fields} }
       node(id: "${id}") { id ... on Recording { seconds } }
       recordings { edges { node { id } } }
       session(id: "${toGlobalId('Session', 'session-1')}") { recordings { edges { node { id } } } } }`,
  );
  t.same(data, {
    recording: expected,
    node: { id, seconds: 61.5 },
    recordings: { edges: [{ node: { id } }] },
    session: { recordings: { edges: [{ node: { id } }] } },
  });
});

await test('the lab says whether it is recorded, and collections are read once', async (t) => {
  const { ask, calls } = await startApp(t);
  const { data } = await ask('owner', '{ lab(slug: "linux-command-line") { recording } }');
  t.same(data, { lab: { recording: 'OUTPUT' } });
  t.same(
    calls.filter((call) => call.startsWith('recordings')),
    [],
    'a lab with its own setting does not need its collection',
  );
});

await test('assignments and sessions say what is recorded', async (t) => {
  const { ask } = await startApp(t);
  const assignment = toGlobalId('Assignment', 'assignment-1');
  const { data, errors } = await ask(
    'owner',
    `{ assignment(id: "${assignment}") { recording }
       course(id: "${toGlobalId('Course', 'course-1')}") { recorded assignments { recording } } }`,
  );
  t.same(errors, undefined);
  t.match(data, {
    assignment: { recording: 'OUTPUT' },
    course: { recorded: true, assignments: [{ recording: 'OUTPUT' }] },
  });
  const start = 'mutation { startSession(input: { lab: "linux-command-line" }) { session { recording } } }';
  t.same((await ask('owner', start)).data, { startSession: { session: { recording: null } } });
});

await test('staff can delete recordings and set the recording of collections', async (t) => {
  const { ask } = await startApp(t);
  const mutation = `mutation {
    deleteRecording(input: { recording: "${id}" }) { deletedId }
    recordCollection(input: { collection: "docker-basics", recorded: true }) { collections { collection setBy { id } } }
  }`;
  const { data } = await ask('instructor', mutation);
  t.same(data, {
    deleteRecording: { deletedId: id },
    recordCollection: {
      collections: [{ collection: 'docker-basics', setBy: { id: toGlobalId('User', 'admin') } }],
    },
  });
});

await test('a missing recording is reported as not found', async (t) => {
  const { ask } = await startApp(t);
  const { errors } = await ask('other', `{ recording(id: "${id}") { id } }`);
  t.match(errors, [{ extensions: { code: 'RECORDING_NOT_FOUND' } }]);
  const { data } = await ask('other', `{ node(id: "${id}") { id } }`);
  t.same(data, { node: null });
});
