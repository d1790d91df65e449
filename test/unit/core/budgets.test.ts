import { test } from 'tap';
import { createBudgets } from '../../../src/core/budgets.ts';
import { steppedTime } from '../../kit/basics/stepped-time.ts';

await test('an account can spend its burst at once, then what refills with time', async (t) => {
  const time = steppedTime();
  const budgets = createBudgets({ each: { perSecond: 100, burst: 1_000 }, time });
  t.ok(budgets.spend('ada', 999));
  t.notOk(budgets.spend('ada', 501), 'the last one may exceed it');
  t.ok(budgets.spend('grace', 999), 'another account has its own budget');
  let went = 0;
  budgets.wait('ada', () => went++);
  await time.pass(5_000);
  t.equal(went, 0, 'the excess is paid back');
  await time.pass(20);
  t.equal(went, 1);
  t.equal(time.running(), 0, 'no timer runs while nobody waits');
});

await test('an account that waits in many places gets no more, and all waiters take turns', async (t) => {
  const time = steppedTime();
  const budgets = createBudgets({ each: { perSecond: 1_000, burst: 10 }, resumedAtOnce: 2, time });
  const order: string[] = [];
  for (const name of ['ada', 'grace', 'edsger']) budgets.spend(name, 10);
  const wait = (name: string, place: string) =>
    budgets.wait(name, () => {
      order.push(place);
      budgets.spend(name, 5);
    });
  for (const place of ['a1', 'a2', 'a3']) wait('ada', place);
  const leave = wait('grace', 'g1');
  wait('edsger', 'e1');
  leave();
  await time.pass(100);
  t.same(order, ['a1', 'e1', 'a2', 'a3']);
  t.equal(time.running(), 0);
});

await test('all accounts together spend at most the total', async (t) => {
  const time = steppedTime();
  const rate = { perSecond: 1_000, burst: 1_000 };
  const budgets = createBudgets({ each: rate, all: rate, time });
  let spent = 0;
  function work(name: string): void {
    spent += 100;
    if (budgets.spend(name, 100)) work(name);
    else budgets.wait(name, () => work(name));
  }
  for (let at = 0; at < 20; at++) work(`learner ${at}`);
  await time.pass(10_000);
  t.ok(spent >= 10_000 && spent <= 11_000 + 20 * 100, `${spent} spent in 10 s`);
});

await test('accounts that have refilled are forgotten', async (t) => {
  const time = steppedTime();
  const budgets = createBudgets({ each: { perSecond: 1, burst: 1 }, time });
  for (let at = 0; at < 5_000; at++) {
    budgets.spend(`learner ${at}`, 1);
    await time.pass(1);
  }
  t.ok(budgets.size() <= 1_001, `${budgets.size()} accounts`);
});
