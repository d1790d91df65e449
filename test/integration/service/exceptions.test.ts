import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { learnerAt } from '../../kit/service/learner.ts';
import { LAB, startPreviewWorld } from '../../kit/service/previews.ts';
import { until } from '../../kit/basics/until.ts';

const THROWING = fileURLToPath(new URL('../../kit/service/throwing-everywhere.mjs', import.meta.url));
/** Rounds of use, each with other throwing listeners, until hardly any are left. */
const ROUNDS = 5;
/** Longest time for one use, in milliseconds. A use whose listener threw may never get an answer. */
const USE_LIMIT_MS = 2_500;
/** The same at the end, when all are answered, on a machine that is busy with other tests. */
const LAST_LIMIT_MS = 20_000;

await test('exceptions in listeners and timers end their owner, and never the process', async (t) => {
  const world = await startPreviewWorld(t, {
    NODE_OPTIONS: `--enable-source-maps --import=${THROWING}`,
  });
  const { berth } = world;
  const { token } = await world.member('learner', 'STUDENT');
  const session = await world.startSession(token);
  const site = await world.visit(token, session);
  const learner = learnerAt(
    {
      ...berth,
      adminToken: token,
      graphql: (query, variables) => berth.graphql(query, variables, token),
    },
    LAB,
  );
  const pid = berth.pid();
  const files = `/api/v1/sessions/${session}/machines/main/files?path=/tmp/`;
  const api = (
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ) =>
    fetch(`${berth.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
      signal: AbortSignal.timeout(LAST_LIMIT_MS),
    });

  const uses: Record<string, () => Promise<unknown>> = {
    query: () => berth.graphql('{ labs(first: 1) { edges { node { slug } } } }', {}, token),
    health: () => api('/healthz'),
    readiness: () => api('/readyz'),
    metrics: () => api('/metrics'),
    page: () => site.read('/'),
    'body to a preview': () =>
      site.read('/count', { method: 'POST', body: 'xyz', headers: { 'content-length': 3 } }),
    'half an answer': () => site.read('/cut').catch(() => undefined),
    'socket of a preview': async () => {
      const socket = new WebSocket(`${berth.url.replace('http', 'ws')}/ws`, {
        headers: { host: site.host, cookie: site.cookie },
      });
      await once(socket, 'open');
      socket.send('hello');
      await once(socket, 'message');
      socket.terminate();
    },
    terminal: async () => {
      const terminal = await learner.terminal(session);
      terminal.send('echo "$((6 * 7))"\n');
      await terminal.expect(/42/);
      terminal.send('exit\n');
      await terminal.expectClosed();
    },
    subscription: () => learner.follow(session, (state) => state === 'READY'),
    upload: () => api(`${files}a.txt`, { method: 'PUT', body: 'some text' }),
    download: async () => (await api(`${files}a.txt`)).text(),
    folder: async () => (await api(`${files}&as=tar`)).arrayBuffer(),
    'refused upload': () =>
      api('/api/v1/labs/x', { method: 'PUT', body: 'x', headers: { 'content-type': 'application/x-tar' } }),
    'broken connection': async () => {
      const socket = connect(Number(new URL(berth.url).port), '127.0.0.1');
      socket.write('PUT /api/v1/labs/x HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\n');
      socket.write('Transfer-Encoding: chunked\r\n\r\n5\r\nhe');
      await once(socket, 'data');
      socket.resetAndDestroy();
    },
  };

  /** Uses everything at once. Returns the failures. */
  async function use(limitMs = USE_LIMIT_MS): Promise<string[]> {
    const results = await Promise.all(
      Object.entries(uses).map(async ([name, once]) => {
        const late = AbortSignal.timeout(limitMs);
        const timeUp = new Promise((_, reject) =>
          late.addEventListener('abort', () => reject(new Error('too late'))),
        );
        return Promise.race([once(), timeUp]).then(
          () => [],
          (error: unknown) => [`${name}: ${String(error)}`],
        );
      }),
    );
    return results.flat();
  }

  process.kill(pid, 'SIGWINCH');
  await until(async () => berth.output().includes('armed to throw'));
  for (let round = 0; round < ROUNDS; round += 1) {
    await use();
    t.ok(berth.runs(), `runs after round ${round}`);
  }
  const thrown = [...berth.output().matchAll(/^throws: (.*)$/gm)].map(([, place = '']) => place);
  t.comment(thrown.join('\n'));
  t.ok(thrown.length >= 20, `${thrown.length} listeners threw`);
  for (const part of [
    'http/previews/',
    'ws/',
    'graphql/subscriptions/',
    'engine/docker/',
    'http/tar-uploads',
  ]) {
    t.ok(
      thrown.some((place) => place.includes(part)),
      `something threw in ${part}`,
    );
  }

  // Hardly any listener still throws, so the same process answers everything.
  let failed: string[] = [];
  await until(async () => (failed = await use(LAST_LIMIT_MS)).length === 0, 90_000).catch(() => undefined);
  t.same(failed, []);
  t.equal(berth.pid(), pid);
  t.ok(berth.runs());
  const metrics = await fetch(`${berth.url}/metrics`, {
    headers: { authorization: `Bearer ${berth.adminToken}` },
  });
  const counted = await metrics.text();
  for (const boundary of ['preview', 'socket', 'process'])
    t.match(counted, new RegExp(`berth_contained_errors_total\\{boundary="${boundary}"\\} [1-9]`), boundary);
});
