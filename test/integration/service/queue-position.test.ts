import { createClient } from 'graphql-ws';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';

interface Place {
  sessionChanged: { state: string; queue: { position: number; waiting: number; reason: string } | null };
}

await test('a queued user sees their position and its changes until the session is ready', async (t) => {
  const berth = await startBerth(t, { BERTH_MAX_SESSIONS: '1' });
  const admin = learnerAt(berth);
  const member = async (name: string) => {
    const { createUser } = await berth.graphql<{ createUser: { user: { id: string } } }>(
      `mutation { createUser(input: { name: "${name}" }) { user { id } } }`,
    );
    const { createToken } = await berth.graphql<{ createToken: { secret: string } }>(
      `mutation { createToken(input: { name: "t", scopes: [READ, LEARN], user: "${createUser.user.id}" }) { secret } }`,
    );
    return createToken.secret;
  };
  const start = async (token: string) => {
    const { startSession } = await berth.graphql<{ startSession: { session: { id: string } } }>(
      'mutation { startSession(input: { lab: "linux-command-line" }) { session { id } } }',
      {},
      token,
    );
    return startSession.session.id;
  };
  const stop = (id: string) =>
    berth.graphql(`mutation { stopSession(input: { session: "${id}" }) { session { id } } }`);

  const [one, two, three] = [await member('one'), await member('two'), await member('three')];
  const first = await start(one);
  await admin.reach(first, 'READY');
  const second = await start(two);
  await admin.reach(second, 'QUEUED');
  const third = await start(three);

  const socket = createClient({
    url: `${berth.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: three },
  });
  t.teardown(() => socket.dispose());
  const followed = socket.iterate<Place>({
    query: `subscription { sessionChanged(id: "${third}") { state queue { position waiting reason estimatedWaitSeconds } } }`,
  });
  const seen: string[] = [];
  const stops = [() => stop(first), () => stop(second)];
  for await (const { data } of followed) {
    const { state, queue } = data?.sessionChanged ?? { state: 'none', queue: null };
    const reported = queue ? `${queue.position}/${queue.waiting} ${queue.reason}` : state;
    if (seen.at(-1) !== reported) seen.push(reported);
    if (queue?.reason === 'SESSION_LIMIT') await stops[2 - queue.position]?.();
    if (state === 'READY' || state === 'FAILED') break;
  }
  t.ok(seen.includes('2/2 SESSION_LIMIT'), seen.join(', '));
  t.ok(seen.includes('1/1 SESSION_LIMIT'), seen.join(', '));
  t.equal(seen.at(-1), 'READY');
});

await test('quotas are set, listed, kept and removed by the API', async (t) => {
  const berth = await startBerth(t);
  const admin = learnerAt(berth);
  const set = await berth.graphql<{ setQuota: object }>(
    'mutation { setQuota(input: { lab: "linux-command-line", sessions: 1, memory: "4 GiB" }) { quota { lab collection sessions memoryBytes } } }',
  );
  t.strictSame(set.setQuota, {
    quota: { lab: 'linux-command-line', collection: null, sessions: 1, memoryBytes: 4 * 1024 ** 3 },
  });
  const { quotas } = await berth.graphql<{ quotas: object[] }>(
    '{ quotas { lab sessions learner { name } } }',
  );
  t.strictSame(quotas, [{ lab: 'linux-command-line', sessions: 1, learner: null }]);
  for (const input of [
    'sessions: 1',
    'lab: "a", collection: "b", sessions: 1',
    'lab: "a"',
    'lab: "a", memory: "4"',
  ]) {
    await t.rejects(berth.graphql(`mutation { setQuota(input: { ${input} }) { quota { sessions } } }`), {
      message: /Set exactly one of|Give one of them|a size with its unit/,
    });
  }

  const { createCourse } = await berth.graphql<{ createCourse: { course: { id: string } } }>(
    'mutation { createCourse(input: { title: "Docker 101" }) { course { id } } }',
  );
  const ofCourse = `mutation ($course: ID!) {
    setQuota(input: { course: $course, sessions: 5 }) { quota { sessions course { title } } }
  }`;
  t.strictSame(await berth.graphql(ofCourse, { course: createCourse.course.id }), {
    setQuota: { quota: { sessions: 5, course: { title: 'Docker 101' } } },
  });
  const gone = Buffer.from('Course:gone').toString('base64url');
  await t.rejects(berth.graphql(ofCourse, { course: gone }), { message: /no such course/i });

  const start = async (token?: string) => {
    const query = 'mutation { startSession(input: { lab: "linux-command-line" }) { session { id } } }';
    return (await berth.graphql<{ startSession: { session: { id: string } } }>(query, {}, token)).startSession
      .session.id;
  };
  await admin.reach(await start(), 'READY');
  const { createUser } = await berth.graphql<{ createUser: { user: { id: string } } }>(
    'mutation { createUser(input: { name: "other" }) { user { id } } }',
  );
  const { createToken } = await berth.graphql<{ createToken: { secret: string } }>(
    `mutation { createToken(input: { name: "t", scopes: [READ, LEARN], user: "${createUser.user.id}" }) { secret } }`,
  );
  const waiting = await start(createToken.secret);
  await admin.reach(waiting, 'QUEUED');
  const { session } = await berth.graphql<{ session: object }>(
    `{ session(id: "${waiting}") { queue { position reason } } }`,
  );
  t.strictSame(session, { queue: { position: 1, reason: 'QUOTA' } });
  const { engineCapacity } = await berth.graphql<{ engineCapacity: object }>(
    '{ engineCapacity { memory { totalBytes budgetBytes usedBytes } disk { totalBytes freeBytes reserveBytes freeFiles reserveFiles } sessions { limit used } networks { limit used } } }',
  );
  t.match(engineCapacity, {
    memory: { totalBytes: Number, budgetBytes: Number, usedBytes: Number },
    disk: {
      totalBytes: Number,
      freeBytes: Number,
      reserveBytes: Number,
      freeFiles: Number,
      reserveFiles: Number,
    },
    sessions: { limit: null, used: 1 },
    networks: { limit: 256, used: 1 },
  });
  const removed = await berth.graphql<{ removeQuota: object }>(
    'mutation { removeQuota(input: { lab: "linux-command-line" }) { removed } }',
  );
  t.strictSame(removed.removeQuota, { removed: true });
  await admin.reach(waiting, 'READY');
});
