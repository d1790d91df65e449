import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { createAttemptStore } from '../../../src/domains/checks/results/attempt-store.ts';
import { createInterruptedChecks } from '../../../src/domains/checks/leased-check.ts';
import { unjudgedStep } from '../../../src/domains/checks/results/step-verdict.ts';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { fault } from '../../../src/core/errors.ts';
import { newId } from '../../../src/core/ids.ts';
import { createActors, outcomeOf } from '../../kit/service/actors.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { checkLabs, createCheckWorld, insertSession } from '../../kit/labs/check-world.ts';
import { eachDatabase, freshDatabaseUrl, providers } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';
import { until } from '../../kit/basics/until.ts';

const { engine, installation, machineId } = await startCheckMachine(t);

/** Starts a service process that runs an endless check in the session. It is killed after the test. */
async function startChecking(t: Test, url: string, sessionId: string): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'checking-process.ts');
  const argumentList = [TYPESCRIPT, file, url, installation, machineId, sessionId, await checkLabs(t)];
  const child = spawn(process.execPath, argumentList, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('It ended before it ran the check.'))),
  ]);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

for (const provider of providers) {
  await t.test(
    `the check of a killed process is ended, that of a running one is not (${provider})`,
    async (t) => {
      const url = await freshDatabaseUrl(t, provider);
      const database = await openDatabase({ url });
      t.teardown(() => database.close());
      const world = await createCheckWorld(t, { database, engine, machineId });
      const { checks, actors, sessionId } = world;
      const elsewhere = await world.addSession(actors.other.userId);
      const [dying, living] = await Promise.all([
        startChecking(t, url, sessionId),
        startChecking(t, url, elsewhere),
      ]);

      t.equal(await checks.recover(), 0, 'both run');
      const run = () => checks.service.run(actors.owner, { sessionId, stepId: 'endless' });
      t.equal(await outcomeOf(run), 'CHECK_BUSY');

      await kill(dying);
      t.equal(await checks.recover(), 1);
      t.match((await checks.service.listAttempts(actors.owner, {}, { first: 1 })).items, [
        { node: { state: 'errored', finding: { code: 'CHECK_INTERRUPTED' }, sessionId, finishedAt: Date } },
      ]);
      t.match(world.events, [{ sessionId, learnerId: actors.owner.userId }]);
      t.equal(await database.client.progress.count(), 0, 'it does not count');
      t.equal(await checks.recover(), 0, 'only once');
      t.equal(await database.client.attempt.count({ where: { state: 'running' } }), 1);

      await kill(living);
      const passing = database.client.attempt.updateMany({
        where: { state: 'running' },
        data: { stepId: 'pass', runningKey: `${elsewhere}:pass` },
      });
      await passing;
      const next = await checks.service.run(actors.other, { sessionId: elsewhere, stepId: 'pass' });
      t.equal(next.passed, true, 'the next check of the step adopts it from the dead process immediately');
      t.equal(await database.client.attempt.count({ where: { state: 'running' } }), 0);
    },
  );
}

await eachDatabase(t, 'a process of another host keeps its lease until it expires', async (t, database) => {
  const { owner } = await createActors(database);
  const clock = createFakeClock();
  const attempts = createAttemptStore({ database });
  const reported: string[] = [];
  const interrupted = createInterruptedChecks({
    attempts,
    clock,
    isGone: () => false,
    publishEnd: async ({ id }) => void reported.push(id),
  });
  const sessionId = await insertSession(database, owner.userId, 'lab');
  const attempt = {
    id: newId(),
    learnerId: owner.userId,
    sessionId,
    labSlug: 'lab',
    labVersion: 'v',
    stepId: 'one',
    startedAt: clock.now(),
  };
  const lease = () => ({ owner: 'elsewhere/1/x/y', expiresAt: new Date(clock.now().getTime() + 15_000) });
  await attempts.begin(attempt, lease());
  await clock.advance(14_000);
  t.equal(await interrupted.end(), 0);
  await attempts.renew(attempt.id, lease());
  await clock.advance(14_000);
  t.equal(await interrupted.end(), 0, 'it renewed its lease');
  await clock.advance(2_000);
  t.equal(await interrupted.end(), 1);
  t.same(reported, [attempt.id]);
});

await eachDatabase(t, 'a process that renews at the last moment keeps the check', async (t, database) => {
  const { owner } = await createActors(database);
  const attempts = createAttemptStore({ database });
  const now = new Date();
  const sessionId = await insertSession(database, owner.userId, 'lab');
  const attempt = {
    id: newId(),
    learnerId: owner.userId,
    sessionId,
    labSlug: 'lab',
    labVersion: 'v',
    stepId: 'one',
    startedAt: now,
  };
  await attempts.begin(attempt, { owner: 'me', expiresAt: now });
  const [seen] = await attempts.running();
  await attempts.renew(attempt.id, { owner: 'me', expiresAt: new Date(now.getTime() + 1) });
  const end = unjudgedStep(fault('CHECK_INTERRUPTED'));
  t.equal(seen && (await attempts.interrupt(seen, end, now)), false);
  t.match(await attempts.find(attempt.id), { state: 'running' });
});

await eachDatabase(t, 'a running check renews its lease until it ends', async (t, database) => {
  const clock = createFakeClock();
  const world = await createCheckWorld(t, { database, engine, machineId, clock });
  const { checks, actors, sessionId } = world;
  const run = checks.service.run(actors.owner, { sessionId, stepId: 'slow' });
  const held = async () => (await database.client.attempt.findFirst())?.heldUntil?.getTime() ?? 0;
  await until(async () => (await held()) > 0);
  const before = await held();
  await clock.advance(5_000);
  await until(async () => (await held()) === before + 5_000);
  t.match(await run, { passed: true });
  t.match(await database.client.attempt.findFirst(), { heldBy: null, heldUntil: null, runningKey: null });
});

await eachDatabase(t, 'a check whose lease another process adopted ends here, too', async (t, database) => {
  const clock = createFakeClock();
  // A separate machine: in the other one, checks of killed processes run until their time limit.
  const { machineId, processes } = await startCheckMachine(t);
  const world = await createCheckWorld(t, { database, engine, machineId, clock });
  const { checks, actors, sessionId } = world;
  const runs = async () => (await processes()).includes('sleep 1000');
  const run = checks.service.run(actors.owner, { sessionId, stepId: 'endless' });
  await until(runs);
  const attempt = { heldBy: 'elsewhere/1/x/y', heldUntil: new Date(0) };
  await database.client.attempt.updateMany({ data: attempt });
  t.equal(await world.neighbour().recover(), 1);
  await clock.advance(5_000);
  t.match(await run, { state: 'errored', finding: { code: 'CHECK_INTERRUPTED' } });
  t.equal(await runs(), false);
});

await eachDatabase(t, 'a running service looks for interrupted checks repeatedly', async (t, database) => {
  const clock = createFakeClock();
  const { checks, actors, sessionId } = await createCheckWorld(t, { database, engine, machineId, clock });
  const attempts = createAttemptStore({ database });
  const attempt = {
    id: newId(),
    learnerId: actors.owner.userId,
    sessionId,
    labSlug: 'lab',
    labVersion: 'v',
    stepId: 'pass',
    startedAt: clock.now(),
  };
  checks.start();
  await attempts.begin(attempt, {
    owner: 'elsewhere/1/x/y',
    expiresAt: new Date(clock.now().getTime() + 20_000),
  });
  const state = async () => (await attempts.find(attempt.id))?.state;
  await clock.advance(15_000);
  t.equal(await state(), 'running');
  await until(async () => {
    await clock.advance(1_000);
    return (await state()) !== 'running';
  });
  t.equal(await state(), 'errored');
});
