import { once } from 'node:events';
import { test } from 'tap';
import type { Test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { LabStep, StepStart } from '../../../src/domains/labs/lab.ts';
import { createSteps } from '../../../src/domains/sessions/steps/step-service.ts';
import { askAsEach } from '../../kit/service/actors.ts';
import { createGate } from '../../kit/basics/gate.ts';
import { startScript } from '../../kit/labs/prepared-labs.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { openSaves } from '../../kit/sessions/saved-sessions.ts';
import { testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

const stepStart = (script: string, changes: Partial<StepStart> = {}): StepStart => ({
  ...startScript(script),
  machine: 'main',
  foreground: false,
  ...changes,
});

function step(id: string, start: StepStart[]): LabStep {
  const rest = {
    checks: [],
    pass: 1,
    pollSeconds: undefined,
    hints: [],
    solution: [],
    wrong: [],
    tamper: [],
  };
  return { id, title: { en: id }, instructions: { en: id }, start, ...rest };
}

const lab = testLab('lab-0', {
  machines: [testMachine('main', { user: 'learner' }), testMachine('db')],
  steps: [
    step('read', []),
    step('write', [
      stepStart('echo "$BERTH_LAB $BERTH_MACHINE $BERTH_USER" >> /root/entered'),
      stepStart('whoami > /tmp/who; printf typed', { foreground: true }),
      stepStart('echo background > /tmp/background; sleep 300', {
        background: true,
        timeoutSeconds: undefined,
      }),
      stepStart('cat /etc/hostname > /tmp/db; test ! -e /tmp/who', { machine: 'db' }),
    ]),
    step('twice', [stepStart('echo one >> /root/log'), stepStart('echo two >> /root/log')]),
    step('broken', [stepStart('echo try >> /tmp/tries; echo It is broken.; exit "$(wc -l < /tmp/tries)"')]),
    step('endless', [stepStart('touch /tmp/started; sleep 300', { timeoutSeconds: 300 })]),
  ],
});

async function openWorld(t: Test) {
  const world = await openSaves(t, { labs: [lab] });
  const { database, engine, service, options } = world;
  const createOn = (engine: Pick<Engine, 'exec'>) =>
    createSteps({
      database,
      engine,
      clock: systemClock,
      catalogue: options.catalogue,
      sessions: service,
      log: quietLog(),
      leaseOwner: 'this process',
      isGone: () => false,
    });
  const steps = createOn(engine);
  t.teardown(() => steps.stop());
  return { ...world, steps, createOn };
}

await test("the scripts of a step run once, and its foreground is for the learner's shell", async (t) => {
  const { ready, run, steps, service, engine, actors } = await openWorld(t);
  const { id } = await ready();
  const enter = (stepId: string) => steps.enter(actors.owner, { sessionId: id, stepId });
  t.same(await enter('read'), { first: false, commands: [] });

  const entries = await Promise.all([enter('write'), enter('write'), enter('write')]);
  t.equal(entries.filter(({ first }) => first).length, 1, 'one of several at a time prepares it');
  const commands = entries.flatMap((entry) => entry.commands);
  t.match(commands, [{ machine: 'main', command: /^\. \/dev\/shm\/\S+\/start$/ }]);
  t.equal(await run(id, 'cat /root/entered'), 'lab-0 main learner\n');
  await until(async () => (await run(id, 'cat /tmp/background')) === 'background\n');
  t.equal(await run(id, 'cat /tmp/db', { machine: 'db' }), 'db\n');
  t.match(await run(id, 'cat /tmp/who'), /No such file/, 'the typed command has not run yet');

  const { machineId } = await service.machine(actors.owner, id, 'main');
  const command = ['/bin/bash', '-l'];
  const shell = await engine.openTerminal(machineId, { command, user: 'learner', rows: 24, cols: 80 });
  let seen = '';
  shell.stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  shell.stream.write(`${commands[0]?.command}; exit\n`);
  await once(shell.stream, 'end');
  t.match(seen, /typed/);
  t.equal(await run(id, 'cat /tmp/who'), 'learner\n');
  t.same(await enter('write'), { first: false, commands: [] });
});

await test('a failing script is reported with its last output, and the step can be entered again', async (t) => {
  const { ready, run, steps, actors } = await openWorld(t);
  const { id } = await ready();
  const enter = () => steps.enter(actors.owner, { sessionId: id, stepId: 'broken' });
  await t.rejects(enter(), { code: 'LAB_START_FAILED', message: /exit code 1.*\nIt is broken\./ });
  await t.rejects(enter(), { code: 'LAB_START_FAILED', message: /exit code 2/ });
  t.equal(await run(id, 'wc -l < /tmp/tries'), '2\n');
  const other = { sessionId: id, stepId: 'none' };
  await t.rejects(steps.enter(actors.owner, other), { code: 'STEP_NOT_FOUND' });
});

await test('an entered step stays entered in a save or a copy, and not after a reset', async (t) => {
  const { ready, run, saved, saves, service, steps, createOn, engine, actors } = await openWorld(t);
  const { id } = await ready();
  const enter = async (sessionId: string, actor = actors.owner) =>
    (await steps.enter(actor, { sessionId, stepId: 'write' })).first;
  t.equal(await enter(id), true);

  const fork = await saves.fork(actors.instructor, id);
  t.equal((await whenState(service, fork.id, 'ready', 'failed')).state, 'ready');
  t.equal(await enter(fork.id, actors.instructor), false, 'a copy is at the same step as its original');
  await service.delete(actors.instructor, fork.id);
  await saved(id);
  const copy = await saves.fork(actors.instructor, id);
  await saves.resume(actors.owner, id);
  for (const each of [id, copy.id]) await whenState(service, each, 'ready', 'failed');
  t.equal(await enter(id), false);
  t.equal(await enter(copy.id, actors.instructor), false, 'so is a copy of a saved session');

  const over = createGate();
  const firstRan = createGate();
  const former = createOn({
    async exec(...args) {
      const result = await engine.exec(...args);
      firstRan.open();
      await over.opened;
      return result;
    },
  });
  const formerEntry = former.enter(actors.owner, { sessionId: id, stepId: 'twice' });
  const formerOutcome = t.rejects(formerEntry, { code: 'SESSION_STATE_CONFLICT' });
  await firstRan.opened;

  const { generation } = await saves.reset(actors.owner, id);
  await until(async () => {
    const now = await service.get(actors.owner, id);
    return now.state === 'ready' && now.generation > generation;
  }, 60_000);
  t.equal(await enter(id), true);
  t.equal(await run(id, 'wc -l < /root/entered'), '1\n');

  const twice = () => steps.enter(actors.owner, { sessionId: id, stepId: 'twice' });
  t.equal((await twice()).first, true);
  over.open();
  await formerOutcome;
  t.equal(await run(id, 'cat /root/log'), 'one\ntwo\n', 'the rest of an earlier entry does not run here');
  t.equal((await twice()).first, false, 'nor does its end change later entries');
});

await test('users who can enter a session can enter its steps, while it is usable', async (t) => {
  const { ready, service, steps, actors } = await openWorld(t);
  const { id } = await ready();
  const write = { sessionId: id, stepId: 'write' };
  t.same(await askAsEach(actors, (actor) => steps.enter(actor, write)), {
    owner: 'ok',
    other: 'SESSION_NOT_FOUND',
    instructor: 'ok',
    admin: 'ok',
    nobody: 'UNAUTHENTICATED',
  });
  const reader = { ...actors.owner, scopes: ['read' as const] };
  await t.rejects(steps.enter(reader, write), { code: 'FORBIDDEN' });
  await service.stop(actors.owner, id);
  await t.rejects(steps.enter(actors.owner, write), { code: 'SESSION_NOT_READY' });
});

await test('stopping the service ends a script, and the step counts as not entered', async (t) => {
  const { ready, run, steps, database, actors } = await openWorld(t);
  const { id } = await ready();
  const entering = steps.enter(actors.owner, { sessionId: id, stepId: 'endless' });
  const outcome = t.rejects(entering, { code: 'SHUTTING_DOWN' });
  await until(async () => (await run(id, 'ls /tmp/started')) === '/tmp/started\n');
  await steps.stop();
  await outcome;
  t.match(await run(id, 'pgrep -c "sleep" || true'), /^[01]\n/);
  t.equal(await database.client.enteredStep.count(), 0);
  await t.rejects(steps.enter(actors.owner, { sessionId: id, stepId: 'endless' }), { code: 'SHUTTING_DOWN' });
});
