import { test } from 'tap';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';
import { codes, startApp } from './app.ts';

const session = toGlobalId('Session', 'session-1');
const savedState = toGlobalId('SavedState', 'saved-1');

await test('the owner can save, resume and restart a session', async (t) => {
  const { ask, addSession } = await startApp(t);
  addSession('owner');
  const run = (name: string) =>
    ask(
      'owner',
      `mutation ($session: ID!) { ${name}(input: { session: $session }) { session { state saving { machine percent } } } }`,
      { session },
    );
  t.strictSame((await run('saveSession')).data, {
    saveSession: { session: { state: 'SAVING', saving: { machine: 'main', percent: 50 } } },
  });
  t.match((await run('resumeSession')).data, { resumeSession: { session: { state: 'QUEUED' } } });
  t.match((await run('resetSession')).data, { resetSession: { session: { state: 'QUEUED' } } });
});

await test('an instructor gets a copy that names its original, and a learner gets an error', async (t) => {
  const { ask, addSession } = await startApp(t);
  addSession('owner');
  const fork =
    'mutation ($session: ID!) { forkSession(input: { session: $session }) { session { isFork forkOf { id isFork } } } }';
  t.same(codes(await ask('owner', fork, { session })), ['FORBIDDEN']);
  t.strictSame((await ask('instructor', fork, { session })).data, {
    forkSession: { session: { isFork: true, forkOf: { id: session, isFork: false } } },
  });
});

await test('saved states are listed with sizes above 32 bits, read with their sessions in one batch, and deleted', async (t) => {
  const { ask, addSession, calls } = await startApp(t);
  for (const learner of ['owner', 'owner']) addSession(learner, { savedStateId: 'saved-1' });
  addSession('owner', {
    saveProblem: { code: 'SAVE_TOO_LARGE', message: 'too much', details: { size: '4 GiB' } },
  });
  const answer = await ask(
    'owner',
    `{ savedStates(first: 5) { edges { node { id bytes labSlug lab { slug } learner { id } isFork session { id } } } }
       sessions(first: 5) { edges { node { savedState { id } saveProblem { code details { name value } } } } } }`,
  );
  const node = { id: savedState, bytes: 5_000_000_000, isFork: false, session: { id: session } };
  const none = { savedState: null, saveProblem: null };
  t.match(answer.data, {
    savedStates: { edges: [{ node }] },
    sessions: {
      edges: [
        { node: { ...none, savedState: { id: savedState } } },
        { node: { ...none, savedState: { id: savedState } } },
        {
          node: {
            ...none,
            saveProblem: { code: 'SAVE_TOO_LARGE', details: [{ name: 'size', value: '4 GiB' }] },
          },
        },
      ],
    },
  });
  t.equal(calls.filter((call) => call.startsWith('saves.getMany')).length, 1);
  const remove = 'mutation ($id: ID!) { deleteSavedState(input: { savedState: $id }) { deletedId } }';
  t.strictSame((await ask('owner', remove, { id: savedState })).data, {
    deleteSavedState: { deletedId: savedState },
  });
  t.same(codes(await ask('owner', remove, { id: session })), ['SAVED_STATE_NOT_FOUND']);
});
