import { createHash } from 'node:crypto';
import t from 'tap';
import type { Checks } from '../../../src/domains/checks/create-checks.ts';
import type { LabCatalogue } from '../../../src/domains/labs/catalogue.ts';
import type { LabHint } from '../../../src/domains/labs/lab.ts';
import { askAsEach, outcomeOf } from '../../kit/service/actors.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const { engine, machineId } = await startCheckMachine(t);
const stepId = 'ask';
/** The digest of "The second of two.", because the hint has no id. */
const second = createHash('sha256').update('The second of two.').digest('hex').slice(0, 12);

await eachDatabase(t, 'a hint is for its learner only', async (t, database) => {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const sessionId = await addSession(actors.owner.userId, 'mixed');
  const reveal = (actor: Actor | undefined, more: object = {}) =>
    checks.hints.reveal(actor, { sessionId, stepId, hintId: second, ...more });
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
  for (const hintId of ['', '0', 'none', 'constructor']) {
    t.equal(await outcomeOf(() => reveal(actors.owner, { hintId })), 'NOT_FOUND', hintId);
  }
  const of = [{ learnerId: actors.owner.userId, lab: 'mixed' }];
  const hints = async (actor: Actor) => (await checks.service.progress(actor, of))[0]?.steps[2]?.hints;
  const shown = [{ id: second, text: { en: 'The second of two.', ko: '둘 중 둘째.' }, cost: 0 }];
  t.same(await hints(actors.owner), shown);
  t.same(await hints(actors.instructor), shown);
});

await eachDatabase(t, 'a hint requires failures, and costs points once from then on', async (t, database) => {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const { owner, other } = actors;
  const sessionId = await addSession(owner.userId, 'mixed');
  const answer = (option: number) => {
    const answers = [{ checkId: 'check', options: [option] }];
    return checks.service.run(owner, { sessionId, stepId, answers });
  };
  const reveal = (hintId: string) => checks.hints.reveal(owner, { sessionId, stepId, hintId });
  const progress = async () =>
    (await checks.service.progress(owner, [{ learnerId: owner.userId, lab: 'mixed' }]))[0]?.steps[2];

  t.match(await answer(1), { passed: true, score: 1 });
  t.match(await answer(0), { passed: false });
  const early = { code: 'HINT_TOO_EARLY', details: { needed: 2, failures: 1 } };
  await t.rejects(reveal('b'), early, 'a passed attempt is not a failure');
  t.same((await progress())?.hints, [], 'nothing was shown');
  await answer(0);
  t.match(await progress(), { failures: 2, bestScore: 1 });

  const hint = { id: 'b', text: { en: 'It is b.', ko: 'It is b.' }, cost: 0.3 };
  t.same(await reveal('b'), hint);
  t.same(await reveal('b'), hint, 'and again');
  t.same((await progress())?.hints, [hint]);
  const passed = await answer(1);
  t.match(passed, { passed: true, score: 0.7, verdicts: [{ score: 1 }] });
  t.match(await checks.service.get(owner, passed.id), { score: 0.7 });
  t.match(await progress(), { score: 0.7, bestScore: 1, passed: true }, 'the best score without it stays');
  t.match(await answer(0), { passed: false, score: 0 }, 'never below zero');

  const others = await addSession(other.userId, 'mixed');
  const asked = () => checks.hints.reveal(other, { sessionId: others, stepId, hintId: 'b' });
  t.equal(await outcomeOf(asked), 'HINT_TOO_EARLY', "another learner's failures do not count");
  const again = await addSession(owner.userId, 'mixed');
  t.same(await checks.hints.reveal(owner, { sessionId: again, stepId, hintId: 'b' }), hint, 'in any session');
  await database.client.user.delete({ where: { id: owner.userId } });
  t.equal(await database.client.shownHint.count(), 0);
});

await eachDatabase(
  t,
  'a hint is the same in every version that has it, and costs once',
  async (t, database) => {
    const { checks, catalogue, neighbour, actors, addSession } = await createCheckWorld(t, {
      database,
      engine,
      machineId,
    });
    const { owner } = actors;
    const sessionId = await addSession(owner.userId, 'mixed');
    /** The service with a version of the lab that has these hints. */
    const withHints = (hints: LabHint[]) => {
      const version: LabCatalogue['version'] = (slug, digest) => {
        const lab = catalogue.version(slug, digest);
        return { ...lab, steps: lab.steps.map((step) => (step.id === stepId ? { ...step, hints } : step)) };
      };
      return neighbour({ catalogue: { ...catalogue, version } });
    };
    const answer = async ({ service }: Checks, option: number) => {
      const answers = [{ checkId: 'check', options: [option] }];
      return (await service.run(owner, { sessionId, stepId, answers })).score;
    };
    const shown = async ({ service }: Checks) => {
      const [progress] = await service.progress(owner, [{ learnerId: owner.userId, lab: 'mixed' }]);
      return progress?.steps[2]?.hints.map(({ id, cost }) => [id, cost]);
    };
    await answer(checks, 0);
    await answer(checks, 0);
    await checks.hints.reveal(owner, { sessionId, stepId, hintId: 'b' });
    t.equal(await answer(checks, 1), 0.7);

    const [first, b] = catalogue.version('mixed', 'v1').steps[2]?.hints ?? [];
    if (!first || !b) throw new Error('The lab has no such hints.');
    const reordered = withHints([{ ...b, text: { en: 'It is the second.' }, cost: 0.5 }, first]);
    t.same(await shown(reordered), [['b', 0.3]], 'the requested hint, and no other in its position');
    await reordered.hints.reveal(owner, { sessionId, stepId, hintId: 'b' });
    t.equal(await answer(reordered, 1), 0.7, 'its cost is unchanged');
    const without = withHints([first]);
    t.same(await shown(without), []);
    t.equal(await answer(without, 1), 1, 'a removed hint costs nothing');
  },
);

await eachDatabase(t, 'in a copy, hints are shown immediately and cost nothing', async (t, database) => {
  const { checks, actors, addSession } = await createCheckWorld(t, { database, engine, machineId });
  const copy = await addSession(actors.instructor.userId, 'mixed');
  await database.client.session.update({ where: { id: copy }, data: { forkOfId: 'another' } });
  const hint = await checks.hints.reveal(actors.instructor, { sessionId: copy, stepId, hintId: 'b' });
  t.match(hint, { text: { en: 'It is b.' }, cost: 0 });
  t.equal(await database.client.shownHint.count(), 0);
});
