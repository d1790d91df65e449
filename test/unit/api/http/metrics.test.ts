import fastify from 'fastify';
import t from 'tap';
import { addMetrics, createMetrics } from '../../../../src/api/http/metrics.ts';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { allScopes } from '../../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../../src/domains/identity/actor.ts';

function createApp(actor?: Actor) {
  const app = fastify();
  const metrics = createMetrics();
  app.decorateRequest('actor', undefined);
  app.addHook('onRequest', async (request) => {
    request.actor = actor;
  });
  addProblems(app);
  addMetrics(app, { metrics });
  app.get('/item/:id', async () => 'ok');
  return { app, metrics };
}

/** Services without anything to count. */
const idle = { countByState: async () => ({}), countWarm: async () => [], disk: () => undefined };
const none = { shellCount: () => 0 };

const actor = (role: Actor['role'], scopes = allScopes): Actor => ({ userId: 'u', role, scopes });

const readers: [name: string, actor: Actor | undefined, status: number][] = [
  ['an admin', actor('admin'), 200],
  ['an admin whose token cannot read', actor('admin', ['manage']), 403],
  ['an instructor', actor('instructor'), 403],
  ['a student', actor('student'), 403],
  ['nobody', undefined, 401],
];

for (const [name, who, status] of readers) {
  await t.test(`${name} gets ${status} for metrics`, async (t) => {
    t.equal((await createApp(who).app.inject('/metrics')).statusCode, status);
  });
}

await t.test('requests are measured by route pattern', async (t) => {
  const { app } = createApp(actor('admin'));
  for (const url of ['/item/1', '/item/2', '/nowhere/1', '/nowhere/2']) await app.inject(url);
  const { body } = await app.inject('/metrics');
  t.match(body, 'berth_http_request_seconds_count{method="GET",route="/item/:id",status="200"} 2');
  t.match(body, 'berth_http_request_seconds_count{method="GET",route="none",status="404"} 2');
  t.notMatch(body, 'item/1');
});

await t.test('includes the metrics of services', async (t) => {
  const { metrics } = createApp();
  metrics.watch(idle, { shellCount: () => 1 });
  metrics.checkFinished('passed');
  metrics.provisioned('ready', 0.4);
  const text = await metrics.print();
  t.match(text, 'berth_terminals_open 1');
  t.match(text, 'berth_checks_total{verdict="passed"} 1');
  t.match(text, 'berth_provisioning_seconds_bucket{le="0.5",outcome="ready"} 1');
  t.match(text, 'process_cpu_seconds_total');
});

await t.test('counts prewarmed environments at each scrape, and starts by their result', async (t) => {
  const { metrics } = createApp();
  let pools = [{ labSlug: 'a', ready: 2, creating: 1, wanted: 3 }];
  metrics.watch({ ...idle, countWarm: async () => pools }, none);
  metrics.warmStart('hit');
  metrics.warmStart('miss');
  metrics.warmStart('hit');
  const text = await metrics.print();
  t.match(text, 'berth_warm_environments{lab="a",state="ready"} 2');
  t.match(text, 'berth_warm_environments{lab="a",state="creating"} 1');
  t.match(text, 'berth_warm_environments{lab="a",state="wanted"} 3');
  t.match(text, 'berth_warm_starts_total{outcome="hit"} 2');
  t.match(text, 'berth_warm_starts_total{outcome="miss"} 1');
  pools = [];
  t.notMatch(await metrics.print(), 'lab="a"');
});

await t.test('reports the disk as measured, with its files if they are limited', async (t) => {
  const { metrics } = createApp();
  t.notMatch(await metrics.print(), /^berth_engine_disk_\w+ /m);
  metrics.watch({ ...idle, disk: () => ({ freeBytes: 3, reserveBytes: 2, files: { free: 7 } }) }, none);
  const text = await metrics.print();
  for (const line of ['free_bytes 3', 'reserve_bytes 2', 'free_files 7'])
    t.match(text, `berth_engine_disk_${line}`);
  metrics.watch({ ...idle, disk: () => ({ freeBytes: 3, reserveBytes: 2 }) }, none);
  t.notMatch(await metrics.print(), /^berth_engine_disk_free_files /m);
});

await t.test('counts sessions at each scrape, and drops states without sessions', async (t) => {
  const { metrics } = createApp();
  let counts: Record<string, number> = { ready: 3, queued: 1 };
  metrics.watch({ ...idle, countByState: async () => counts }, none);
  t.match(await metrics.print(), 'berth_sessions{state="queued"} 1');
  counts = { ready: 2 };
  const text = await metrics.print();
  t.match(text, 'berth_sessions{state="ready"} 2');
  t.notMatch(text, 'queued');
});
