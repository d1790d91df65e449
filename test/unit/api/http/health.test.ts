import fastify from 'fastify';
import t from 'tap';
import { fault } from '../../../../src/core/errors.ts';
import { addHealth } from '../../../../src/api/http/health.ts';
import type { Probes, Readiness } from '../../../../src/api/http/health.ts';

const fine: Probes = { database: async () => {}, engine: async () => {}, events: async () => {} };

function createApp(probes: Partial<Probes> = {}) {
  const app = fastify();
  addHealth(app, { probes: { ...fine, ...probes }, limitMs: 50 });
  return app;
}

await t.test('a process that answers is live, whatever is missing', async (t) => {
  const app = createApp({ database: async () => Promise.reject(new Error('away')) });
  const answer = await app.inject('/healthz');
  t.same([answer.statusCode, answer.json()], [200, { status: 'alive' }]);
});

await t.test('it is ready when all dependencies answer', async (t) => {
  const answer = await createApp().inject('/readyz');
  t.equal(answer.statusCode, 200);
  t.match(answer.json(), {
    status: 'ready',
    checks: { database: { ok: true, milliseconds: Number }, engine: { ok: true }, events: { ok: true } },
  });
});

await t.test('it is unavailable and names the missing dependency', async (t) => {
  for (const name of ['database', 'engine', 'events'] as const) {
    const app = createApp({ [name]: async () => Promise.reject(fault('ENGINE_UNREACHABLE')) });
    const answer = await app.inject('/readyz');
    t.equal(answer.statusCode, 503);
    const { status, checks } = answer.json<Readiness>();
    t.equal(status, 'unavailable');
    t.match(checks[name], { ok: false, problem: 'ENGINE_UNREACHABLE' });
    t.equal(Object.values(checks).filter(({ ok }) => ok).length, 2);
  }
});

await t.test('internal errors are not shown', async (t) => {
  const app = createApp({ engine: async () => Promise.reject(new Error('connect 10.0.0.7:2376')) });
  const answer = await app.inject('/readyz');
  t.match(answer.json(), { checks: { engine: { ok: false, problem: 'FAILED' } } });
  t.notMatch(answer.body, '10.0.0.7');
});

await t.test('a check that never answers times out', async (t) => {
  const app = createApp({ engine: () => new Promise(() => {}) });
  const answer = await app.inject('/readyz');
  t.equal(answer.statusCode, 503);
  t.match(answer.json(), { checks: { engine: { ok: false, problem: 'TIMED_OUT' }, database: { ok: true } } });
});

await t.test('simultaneous requests share one run', async (t) => {
  let runs = 0;
  const app = createApp({
    database: async () => {
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  });
  await Promise.all(Array.from({ length: 20 }, () => app.inject('/readyz')));
  t.equal(runs, 1);
  await app.inject('/readyz');
  t.equal(runs, 2, 'and a later request starts another');
});
