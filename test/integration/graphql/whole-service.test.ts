import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { test } from 'tap';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';

await test('a lab is listed, started, watched, entered, checked and read again', async (t) => {
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
  const nextEvent = finished.next();
  const run =
    'mutation ($s: ID!, $step: ID!) { runCheck(input: { session: $s, step: $step }) { attempt { passed score message } } }';
  // The subscription only sends checks that end after it started, and its start is not observable.
  let reported: Awaited<typeof nextEvent> | undefined;
  while (!reported) {
    const { runCheck } = await berth.graphql<{ runCheck: object }>(run, { s: id, step });
    t.match(runCheck, { attempt: { passed: false, score: 0, message: /./ } });
    reported = await Promise.race([nextEvent, sleep(1_000, undefined)]);
  }
  t.match(reported.value, { data: { checkFinished: { stepId: step, passed: false } } });
  await finished.return?.();

  const { stopSession } = await berth.graphql<{ stopSession: object }>(
    'mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }',
    { s: id },
  );
  t.strictSame(stopSession, { session: { id } });
  const ended = await learner.reach(id, 'ENDED');
  t.equal(ended.id, id);
});

await test('a revoked or expired token ends its connection', async (t) => {
  const berth = await startBerth(t);
  const create =
    'mutation ($end: DateTime) { createToken(input: { name: "soon gone", scopes: [READ], expiresAt: $end }) { secret token { id } } }';
  interface Created {
    createToken: { secret: string; token: { id: string } };
  }

  const { createToken: revoked } = await berth.graphql<Created>(create);
  const [atRevocation] = await connectedBy(t, berth.url, revoked.secret);
  await berth.graphql('mutation ($t: ID!) { revokeToken(input: { token: $t }) { revokedId } }', {
    t: revoked.token.id,
  });
  t.match(await atRevocation, { code: 4403, reason: 'UNAUTHENTICATED' });

  const end = new Date(Date.now() + 1_500);
  const { createToken: expiring } = await berth.graphql<Created>(create, { end });
  const [atExpiry] = await connectedBy(t, berth.url, expiring.secret);
  t.match(await atExpiry, { code: 4403, reason: 'TOKEN_EXPIRED' });
  t.ok(Date.now() >= end.getTime());
});

/** Connects with the token, and waits for an answer. Returns a promise for the close. */
async function connectedBy(t: Test, url: string, token: string): Promise<[Promise<unknown>]> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token },
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
  });
  t.teardown(() => client.dispose());
  const closed = new Promise((resolve) => void client.on('closed', resolve));
  t.match(await client.iterate({ query: '{ viewer { name } }' }).next(), {
    value: { data: { viewer: { name: String } } },
  });
  return [closed];
}
