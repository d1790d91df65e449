import t from 'tap';
import { askAsEach, outcomeOf } from '../../support/actors.ts';
import type { Actor } from '../../../src/identity/actor.ts';
import { startCheckMachine } from '../../support/check-machine.ts';
import { createCheckWorld } from '../../support/check-world.ts';
import { eachDatabase } from '../../support/databases.ts';

const { engine, machineId } = await startCheckMachine(t);
const stepId = 'ask';

await eachDatabase(t, 'a hint is for its learner, and for nobody else', async (t, database) => {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const sessionId = await addSession(actors.owner.userId, 'mixed');
  const reveal = (actor: Actor | undefined, more: object = {}) =>
    checks.hints.reveal(actor, { sessionId, stepId, place: 0, ...more });
  t.same(await askAsEach(actors, (actor) => reveal(actor)), {
    owner: 'ok',
    other: 'SESSION_NOT_FOUND',
    instructor: 'FORBIDDEN',
    admin: 'FORBIDDEN',
    nobody: 'UNAUTHENTICATED',
  });
  const reader = { ...actors.owner, scopes: ['read'] as const };
  t.equal(await outcomeOf(() => reveal(reader)), 'FORBIDDEN');
  t.equal(await outcomeOf(() => reveal(actors.owner, { stepId: 'none' })), 'STEP_NOT_FOUND');
  for (const place of [2, -1, 0.5, Number.NaN]) {
    t.equal(await outcomeOf(() => reveal(actors.owner, { place })), 'NOT_FOUND', String(place));
  }
  const of = [{ learnerId: actors.owner.userId, lab: 'mixed' }];
  const hints = async (actor: Actor) => (await checks.service.progress(actor, of))[0]?.steps[2]?.hints;
  const shown = [{ place: 0, text: { en: 'The second of two.', ko: '둘 중 둘째.' }, cost: 0 }];
  t.same(await hints(actors.owner), shown);
  t.same(await hints(actors.instructor), shown);
});

await eachDatabase(t, 'a hint waits for failures, and costs from then on, once', async (t, database) => {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const { owner, other } = actors;
  const sessionId = await addSession(owner.userId, 'mixed');
  const answer = (option: number) => {
    const answers = [{ checkId: 'check', options: [option] }];
    return checks.service.run(owner, { sessionId, stepId, answers });
  };
  const reveal = (place: number) => checks.hints.reveal(owner, { sessionId, stepId, place });
  const progress = async () =>
    (await checks.service.progress(owner, [{ learnerId: owner.userId, lab: 'mixed' }]))[0]?.steps[2];

  t.match(await answer(1), { passed: true, score: 1 });
  t.match(await answer(0), { passed: false });
  const early = { code: 'HINT_TOO_EARLY', details: { needed: 2, failures: 1 } };
  await t.rejects(reveal(1), early, 'what passed is no failure');
  t.same((await progress())?.hints, [], 'nothing was shown');
  await answer(0);
  t.match(await progress(), { failures: 2, bestScore: 1 });

  const hint = { place: 1, text: { en: 'It is b.', ko: 'It is b.' }, cost: 0.3 };
  t.same(await reveal(1), hint);
  t.same(await reveal(1), hint, 'and again');
  t.same((await progress())?.hints, [hint]);
  const passed = await answer(1);
  t.match(passed, { passed: true, score: 0.7, verdicts: [{ score: 1 }] });
  t.match(await checks.service.get(owner, passed.id), { score: 0.7 });
  t.match(
    await progress(),
    { score: 0.7, bestScore: 1, passed: true },
    'what was reached without it stays the best',
  );
  t.match(await answer(0), { passed: false, score: 0 }, 'never less than nothing');

  const others = await addSession(other.userId, 'mixed');
  const asked = () => checks.hints.reveal(other, { sessionId: others, stepId, place: 1 });
  t.equal(await outcomeOf(asked), 'HINT_TOO_EARLY', "another learner's failures do not count");
  const again = await addSession(owner.userId, 'mixed');
  t.same(
    await checks.hints.reveal(owner, { sessionId: again, stepId, place: 1 }),
    hint,
    'in whatever session',
  );
  await database.client.user.delete({ where: { id: owner.userId } });
  t.equal(await database.client.shownHint.count(), 0);
});

await eachDatabase(t, 'in a copy hints are shown at once and cost nothing', async (t, database) => {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const copy = await addSession(actors.instructor.userId, 'mixed');
  await database.client.session.update({ where: { id: copy }, data: { forkOfId: 'another' } });
  const hint = await checks.hints.reveal(actors.instructor, { sessionId: copy, stepId, place: 1 });
  t.match(hint, { text: { en: 'It is b.' }, cost: 0 });
  t.equal(await database.client.shownHint.count(), 0);
});
