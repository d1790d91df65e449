import t from 'tap';
import { createAttemptStore } from '../../../src/domains/checks/results/attempt-store.ts';
import { createProgressStore } from '../../../src/domains/checks/results/progress-store.ts';
import { stepVerdict } from '../../../src/domains/checks/results/step-verdict.ts';
import { judged } from '../../../src/domains/checks/results/check-verdict.ts';
import { newId } from '../../../src/core/ids.ts';
import { createActors, outcomeOf } from '../../kit/service/actors.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { createCheckWorld, insertSession } from '../../kit/labs/check-world.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { until } from '../../kit/basics/until.ts';

const { engine, machineId, processes } = await startCheckMachine(t);

const verdictOf = (score: number) =>
  stepVerdict({ pass: 1 }, [
    {
      ...judged({ score, says: '', evidence: '' }),
      checkId: 'check',
      kind: 'script',
      weight: 1,
      answered: false,
      explanation: undefined,
    },
  ]);

const sleeping = async (seconds: number) => (await processes()).some((name) => name === `sleep ${seconds}`);

await eachDatabase(t, 'one process checks a step at a time', async (t, database) => {
  const world = await createCheckWorld(t, { database, engine, machineId });
  const { checks, actors, sessionId } = world;
  const { owner, instructor } = actors;
  const others = world.neighbour();
  const outcomes = await Promise.all([
    outcomeOf(() => checks.service.run(owner, { sessionId, stepId: 'slow' })),
    outcomeOf(() => others.service.run(owner, { sessionId, stepId: 'slow' })),
    outcomeOf(() => others.service.run(instructor, { sessionId, stepId: 'slow' })),
    outcomeOf(() => others.service.run(owner, { sessionId, stepId: 'pass' })),
  ]);
  t.same(outcomes.slice(0, 3).sort(), ['CHECK_BUSY', 'CHECK_BUSY', 'ok']);
  t.equal(outcomes[3], 'ok', 'another step can be checked meanwhile');
  t.equal(await outcomeOf(() => others.service.run(owner, { sessionId, stepId: 'slow' })), 'ok');
  t.equal(await database.client.attempt.count({ where: { stepId: 'slow' } }), 2);
});

await eachDatabase(t, 'attempts that end at once are all counted', async (t, database) => {
  const { owner } = await createActors(database);
  const attempts = createAttemptStore({ database });
  const lease = { owner: 'me', expiresAt: new Date(Date.now() + 60_000) };
  const common = { learnerId: owner.userId, labSlug: 'lab', labVersion: 'v', startedAt: new Date() };
  const ids: string[] = [];
  for (let count = 0; count < 30; count++) {
    const sessionId = await insertSession(database, owner.userId, 'lab');
    const id = newId();
    ids.push(id);
    t.equal(await attempts.begin({ ...common, id, sessionId, stepId: 'one' }, lease), true);
  }
  await Promise.all(
    ids.map((id, index) => attempts.finish(id, 'me', verdictOf(index === 7 ? 1 : 0), new Date())),
  );
  const progress = createProgressStore({ database }).triedSteps({ learnerId: owner.userId, lab: 'lab' });
  t.match(await progress, [{ attempts: 30, passed: true, bestScore: 1 }]);
});

await eachDatabase(t, 'an attempt is judged once, and later results are ignored', async (t, database) => {
  const { owner } = await createActors(database);
  const attempts = createAttemptStore({ database });
  const sessionId = await insertSession(database, owner.userId, 'lab');
  const id = newId();
  const common = { learnerId: owner.userId, labSlug: 'lab', labVersion: 'v', startedAt: new Date() };
  const expiresAt = new Date(Date.now() + 60_000);
  await attempts.begin({ ...common, id, sessionId, stepId: 'one' }, { owner: 'me', expiresAt });
  const now = new Date();
  t.match(await attempts.finish(id, 'somebody else', verdictOf(1), now), { state: 'running', passed: false });
  t.match(await attempts.finish(id, 'me', verdictOf(0), now), { state: 'finished', passed: false });
  t.match(await attempts.finish(id, 'me', verdictOf(1), now), { state: 'finished', passed: false });
  t.equal((await database.client.progress.findFirst())?.attempts, 1);
});

await eachDatabase(
  t,
  'an attempt survives the deletion of its session during the check',
  async (t, database) => {
    const { checks, actors, sessionId, events } = await createCheckWorld(t, { database, engine, machineId });
    const run = checks.service.run(actors.owner, { sessionId, stepId: 'slow' });
    await until(() => sleeping(2));
    await database.client.session.delete({ where: { id: sessionId } });
    const { id } = await run;
    t.match(await run, { state: 'finished', passed: true, sessionId: undefined });
    const event = { attemptId: id, sessionId: undefined, learnerId: actors.owner.userId };
    t.match(events, [event], 'staff who follow the course still get the event');
    t.equal((await database.client.progress.findFirst())?.passed, true);
  },
);

await eachDatabase(t, 'an attempt is deleted with its learner during the check', async (t, database) => {
  const { checks, actors, sessionId } = await createCheckWorld(t, { database, engine, machineId });
  const outcome = outcomeOf(() => checks.service.run(actors.owner, { sessionId, stepId: 'slow' }));
  await until(() => sleeping(2));
  await database.client.user.delete({ where: { id: actors.owner.userId } });
  t.equal(await outcome, 'NOT_FOUND');
  t.equal(await database.client.progress.count(), 0);
});

await eachDatabase(
  t,
  'a session that is removed before its check starts is not found',
  async (t, database) => {
    const { owner } = await createActors(database);
    const attempts = createAttemptStore({ database });
    const attempt = { id: newId(), learnerId: owner.userId, labSlug: 'lab', labVersion: 'v', stepId: 'one' };
    const lease = { owner: 'me', expiresAt: new Date() };
    const begin = () => attempts.begin({ ...attempt, sessionId: 'gone', startedAt: new Date() }, lease);
    t.equal(await outcomeOf(begin), 'SESSION_NOT_FOUND');
  },
);

await eachDatabase(t, 'a stopping service ends its checks and reports it', async (t, database) => {
  const { checks, actors, sessionId } = await createCheckWorld(t, { database, engine, machineId });
  checks.start();
  const run = checks.service.run(actors.owner, { sessionId, stepId: 'endless' });
  await until(() => sleeping(1000));
  await checks.stop();
  t.match(await run, { state: 'errored', finding: { code: 'CHECK_INTERRUPTED' } });
  t.equal(await sleeping(1000), false);
  t.equal(
    await outcomeOf(() => checks.service.run(actors.owner, { sessionId, stepId: 'pass' })),
    'SHUTTING_DOWN',
  );
});
