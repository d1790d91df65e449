import { once } from 'node:events';
import { test } from 'tap';
import type { WebSocket } from 'ws';
import { createBudgets } from '../../../../src/core/budgets.ts';
import { createQueryBudget } from '../../../../src/api/graphql/limits/query-budget.ts';
import { steppedTime } from '../../../kit/basics/stepped-time.ts';
import { until } from '../../../kit/basics/until.ts';
import { startApp } from './app.ts';
import { changed, id, open } from './connections.ts';

/** Number of sockets of one learner, each with several operations. */
const SOCKETS = 50;
const OPERATIONS = 5;
/**
 * Number of pings that one socket sends, the size of each with its header in bytes, and the number that a paused socket
 * may already have read.
 */
const PINGS = 20_000;
const PING_BYTES = 131;
const BROUGHT = (3 * 64 * 1024) / PING_BYTES;

/** A budget for a few frames and queries that refills only when the test advances the clock. */
function smallBudget() {
  const time = steppedTime();
  const budgets = createBudgets({ each: { perSecond: 100, burst: 2 }, time });
  return { time, budget: createQueryBudget({ budgets }) };
}

/** A unique query, so the service must parse and validate it. */
function largeQuery(index: number): string {
  const fields = Array.from({ length: 20 }, (_, place) => `f${index}x${place}: __typename`);
  return `{ ${fields.join(' ')} }`;
}

async function settled(count: () => number): Promise<void> {
  for (let still = 0, last = -1; still < 20; still = count() === last ? still + 1 : 0) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

await test('query time is charged to the account, and further queries wait', async (t) => {
  const time = steppedTime();
  let clock = 0;
  const budgets = createBudgets({ each: { perSecond: 100, burst: 20 }, time });
  const budget = createQueryBudget({ budgets, now: () => clock });
  const done: string[] = [];
  const run = async (account: string) => {
    await budget.waitForBudget(account, () => new AbortController().signal);
    budget.charge(account, () => {
      clock += 12;
      done.push(account);
    });
  };
  const all = [run('a'), run('b')];
  await Promise.all(all);
  await run('a');
  for (let count = 0; count < 100; count++) all.push(run('a'));
  await t.rejects(run('a'), { code: 'RATE_LIMITED' });
  await run('b');
  t.same(done, ['a', 'b', 'a', 'b'], 'other accounts do not wait');
  await time.pass(1_000);
  t.ok(done.length >= 10 && done.length <= 14, `${done.length - 4} of 8 in a second`);
});

await test('the first step of an execution is charged to the account, over HTTP and WebSocket', async (t) => {
  const time = steppedTime();
  let clock = 0;
  const budgets = createBudgets({ each: { perSecond: 100, burst: 500 }, time });
  const { ask, url, services, events, addSession } = await startApp(t, {
    budget: createQueryBudget({ budgets, now: () => clock }),
  });
  addSession('owner');
  const isOver = () => !budgets.spend('user admin', 0);
  services.labs.problems = () => {
    clock += 1_000;
    return [];
  };
  t.equal((await ask('admin', '{ viewer { id } }')).status, 200);
  t.notOk(isOver());
  t.equal((await ask('admin', '{ labProblems { file } }')).status, 200);
  t.ok(isOver());
  const socket = await open(url);
  t.teardown(() => socket.terminate());
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: { token: 'admin' } });
  await once(socket, 'message');
  const listen = events.listen.bind(events);
  events.listen = (topic, listener) => {
    clock += 1_000;
    return listen(topic, listener);
  };
  for (const query of ['{ labProblems { file } }', changed]) {
    await time.pass(10_000);
    t.notOk(isOver());
    send({ id: query, type: 'subscribe', payload: { query, variables: { id } } });
    await until(isOver);
    t.ok(isOver(), query);
  }
});

await test('one learner cannot take more time with unique queries on many sockets', async (t) => {
  const { time, budget } = smallBudget();
  const { url, ask } = await startApp(t, { budget });
  let answered = 0;
  const sockets = await Promise.all(
    Array.from({ length: SOCKETS }, async (_, index) => {
      const socket = await open(url);
      t.teardown(() => socket.terminate());
      socket.send('{"type":"connection_init","payload":{"token":"owner"}}');
      socket.on('message', (data: Buffer) => {
        if (data.includes('"next"')) answered += 1;
      });
      for (let count = 0; count < OPERATIONS; count++) {
        const query = largeQuery(index * OPERATIONS + count);
        socket.send(JSON.stringify({ id: `o${count}`, type: 'subscribe', payload: { query } }));
      }
      return socket;
    }),
  );
  await settled(() => answered);
  const before = answered;
  t.ok(before < SOCKETS, `${before} of ${SOCKETS * OPERATIONS} were answered`);
  t.equal((await ask('admin', '{ viewer { id } }')).status, 200, 'another user gets an immediate answer');

  await until(async () => {
    await time.pass(200);
    return answered > before;
  });
  t.pass('the learner continues as the budget refills');
  for (const socket of sockets) socket.terminate();
});

await test('operations over HTTP wait in a queue, and excess ones are rejected with Retry-After', async (t) => {
  const { time, budget } = smallBudget();
  const { url } = await startApp(t, { budget });
  const ask = (index: number) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: largeQuery(index) }),
    });
  budget.budgets.spend('address 127.0.0.1', 5);
  const all = Array.from({ length: 110 }, (_, index) => ask(index));
  const first = await Promise.race(all);
  t.equal(first.status, 429);
  t.equal(first.headers.get('retry-after'), '10');
  t.match(await first.json(), { errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  let answers: Response[] | undefined;
  void Promise.all(all).then((each) => (answers = each));
  await until(async () => {
    await time.pass(500);
    return answers !== undefined;
  });
  const answered = answers?.filter(({ status }) => status === 200).length ?? 0;
  t.ok(answered >= 100 && answered < 110, `${answered} of 110 were answered`);
});

await test('operations of disconnected clients leave the queue', async (t) => {
  const { time, budget } = smallBudget();
  const { url } = await startApp(t, { budget });
  const anonymous = 'address 127.0.0.1';
  budget.budgets.spend(anonymous, 5);
  const leaving = new AbortController();
  const asked = Array.from({ length: 100 }, (_, index) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: largeQuery(index) }),
      signal: leaving.signal,
    }),
  );
  await until(() => isFull(budget, anonymous));
  leaving.abort();
  await Promise.allSettled(asked);
  await until(async () => !(await isFull(budget, anonymous)));
  await time.pass(1_000);

  const socket = await open(url);
  socket.send('{"type":"connection_init","payload":{"token":"owner"}}');
  await once(socket, 'message');
  t.equal(time.running(), 0);
  budget.budgets.spend('user owner', 100_000);
  socket.send(JSON.stringify({ id: 'o', type: 'subscribe', payload: { query: largeQuery(0) } }));
  await until(() => time.running() > 0);
  socket.terminate();
  await until(async () => {
    await time.pass(10);
    return time.running() === 0;
  });
});

/** Whether the account's queue is full, so that one more operation is rejected. */
async function isFull(budget: ReturnType<typeof smallBudget>['budget'], account: string): Promise<boolean> {
  return budget
    .waitForBudget(account, () => AbortSignal.abort())
    .then(
      () => false,
      () => true,
    );
}

await test('raw frames count, even before authentication', async (t) => {
  const { time, budget } = smallBudget();
  const { url } = await startApp(t, { budget });
  for (const token of [undefined, 'owner']) {
    const socket: WebSocket = await open(url);
    t.teardown(() => socket.terminate());
    if (token !== undefined) {
      socket.send(`{"type":"connection_init","payload":{"token":"${token}"}}`);
      await once(socket, 'message');
    }
    let pongs = 0;
    socket.on('pong', () => (pongs += 1));
    for (let count = 0; count < PINGS; count++) socket.ping('x'.repeat(125));
    await settled(() => pongs);
    t.ok(pongs > 0 && pongs < 100 + BROUGHT, `${pongs} pings were answered`);
    const before = pongs;
    await time.pass(1_000);
    await settled(() => pongs);
    t.ok(pongs > before, 'the socket is read again');
    socket.terminate();
    await time.pass(10_000);
  }
});
