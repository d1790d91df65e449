import Fastify from 'fastify';
import { test } from 'tap';
import { accountOf, createQueryBudget } from '../../../../src/api/graphql/limits/query-budget.ts';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { addRestBudget } from '../../../../src/api/http/rest-budget.ts';
import { createBudgets } from '../../../../src/core/budgets.ts';
import { allScopes } from '../../../../src/domains/identity/actor.ts';
import { steppedTime } from '../../../kit/basics/stepped-time.ts';

/** Some REST calls of users with a budget that refills only when the test advances the clock. */
function createApp() {
  const time = steppedTime();
  const budget = createQueryBudget({
    budgets: createBudgets({ each: { perSecond: 100, burst: 20 }, time }),
  });
  const app = Fastify();
  addProblems(app);
  app.decorateRequest('actor', undefined);
  app.addHook('onRequest', async (request) => {
    const userId = String(request.headers['user']);
    request.actor = { userId, role: 'student', scopes: allScopes };
  });
  addRestBudget(app, { budget, accountOf });
  let handled = 0;
  app.get('/api/v1/small', async () => {
    handled += 1;
    return {};
  });
  app.get('/api/v1/large', async () => ({ items: 'x'.repeat(1_000_000) }));
  app.get('/other', async () => ({}));
  const ask = async (user: string, url: string) => app.inject({ url, headers: { user } });
  return { time, budget, ask, handled: () => handled };
}

await test('REST calls of an overdrawn account wait until it refills', async (t) => {
  const { time, ask, handled } = createApp();
  for (let call = 0; call < 20; call++) t.equal((await ask('ada', '/api/v1/small')).statusCode, 200);
  const waiting = Array.from({ length: 5 }, () => ask('ada', '/api/v1/small'));
  t.equal((await ask('bo', '/api/v1/small')).statusCode, 200, 'another user');
  t.equal((await ask('ada', '/other')).statusCode, 200, 'another path');
  t.equal(handled(), 21);
  await time.pass(1_000);
  for (const answer of await Promise.all(waiting)) t.equal(answer.statusCode, 200);
  t.equal(handled(), 26);
});

await test('a call is charged for the length of its response', async (t) => {
  const { time, budget, ask, handled } = createApp();
  t.equal((await ask('ada', '/api/v1/large')).statusCode, 200);
  t.notOk(budget.budgets.spend('user ada', 0), 'queries wait too');
  const late = ask('ada', '/api/v1/small');
  await time.pass(200);
  t.equal(handled(), 0);
  await time.pass(1_000);
  t.equal((await late).statusCode, 200);
});

await test('a user with many waiting calls is refused', async (t) => {
  const { time, budget, ask } = createApp();
  budget.budgets.spend('user ada', 30);
  const waiting = Array.from({ length: 100 }, () => ask('ada', '/api/v1/small'));
  const refused = await ask('ada', '/api/v1/small');
  t.equal(refused.statusCode, 429);
  t.match(refused.json(), { code: 'RATE_LIMITED' });
  await time.pass(2_000);
  await Promise.all(waiting);
});
