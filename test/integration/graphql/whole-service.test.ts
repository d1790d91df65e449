import { createClient } from 'graphql-ws';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { startBerth } from '../../support/berth-process.ts';
import { learnerAt } from '../../support/learner.ts';

await test('a lab is listed, started, followed, entered, checked and read back', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const socket = createClient({
    url: `${berth.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: berth.adminToken },
  });
  t.teardown(() => socket.dispose());

  const { labs } = await berth.graphql<{
    labs: { edges: { node: { slug: string; steps: { id: string }[] } }[] };
  }>(
    'query { labs(first: 20) { edges { node { slug title steps { id title } } } pageInfo { endCursor hasNextPage } } }',
  );
  const lab = labs.edges.find(({ node }) => node.slug === 'linux-command-line')?.node;
  const step = lab?.steps[0]?.id ?? '';

  const { startSession } = await berth.graphql<{ startSession: { session: { id: string; state: string } } }>(
    'mutation { startSession(input: { lab: "linux-command-line" }) { session { id state } } }',
  );
  const { id } = startSession.session;
  t.equal(startSession.session.state, 'REQUESTED');

  const states = await learner.follow(id, (state) => state === 'READY' || state === 'FAILED');
  t.equal(states.at(-1), 'READY');

  const { session } = await berth.graphql<{ session: object }>(
    'query ($id: ID!) { session(id: $id) { state machines { name address } progress { steps { id passed } } } }',
    { id },
  );
  t.match(session, {
    state: 'READY',
    machines: [{ name: 'main', address: /^10\./ }],
    progress: { steps: [{ id: step, passed: false }] },
  });

  const { openTerminal } = await berth.graphql<{ openTerminal: object }>(
    'mutation ($s: ID!) { openTerminal(input: { session: $s, machine: "main", rows: 24, cols: 80 }) { terminal { id } url ticket } }',
    { s: id },
  );
  t.match(openTerminal, { terminal: { id: String }, url: /^ws:\/\/.*\/ws\/terminals\//, ticket: String });

  const finished = socket.iterate({
    query: 'subscription ($s: ID!) { checkFinished(session: $s) { stepId passed } }',
    variables: { s: id },
  });
  const told = finished.next();
  const run =
    'mutation ($s: ID!, $step: ID!) { runCheck(input: { session: $s, step: $step }) { attempt { passed score message } } }';
  const { runCheck } = await berth.graphql<{ runCheck: object }>(run, { s: id, step });
  t.match(runCheck, { attempt: { passed: false, score: 0, message: /./ } });
  t.match((await told).value, { data: { checkFinished: { stepId: step, passed: false } } });
  await finished.return?.();

  const { stopSession } = await berth.graphql<{ stopSession: object }>(
    'mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }',
    { s: id },
  );
  t.strictSame(stopSession, { session: { id } });
  const ended = await learner.reach(id, 'ENDED');
  t.equal(ended.id, id);
});

await test('a revoked token ends its connection at once', async (t) => {
  const berth = await startBerth(t);
  const { createToken } = await berth.graphql<{ createToken: { secret: string; token: { id: string } } }>(
    'mutation { createToken(input: { name: "soon gone", scopes: [READ] }) { secret token { id } } }',
  );
  let resolve!: (event: unknown) => void;
  const closed = new Promise((done) => {
    resolve = done;
  });
  const socket = createClient({
    url: `${berth.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: createToken.secret },
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: { closed: resolve },
  });
  t.teardown(() => socket.dispose());
  t.match(await socket.iterate({ query: '{ viewer { name } }' }).next(), {
    value: { data: { viewer: { name: String } } },
  });
  await berth.graphql('mutation ($t: ID!) { revokeToken(input: { token: $t }) { revokedId } }', {
    t: createToken.token.id,
  });
  t.match(await closed, { code: 4403, reason: 'UNAUTHENTICATED' });
});
