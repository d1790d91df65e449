import { test } from 'tap';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { shellOf } from '../../../src/domains/labs/machine-shell.ts';
import { readScreen } from '../../kit/terminals/screen.ts';
import { openTestEngine } from '../../kit/sessions/session-engine.ts';
import { testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab, whenPool } from '../../kit/sessions/warm.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import type { WarmMachine } from '../../../src/domains/sessions/pool/warm-store.ts';

const machine = testMachine('main', { shell: ['/bin/bash', '--norc'], environment: { PS1: 'ready> ' } });

async function readyMachine(database: Database): Promise<WarmMachine & { shell: string }> {
  const [id = ''] = await readyIds(database);
  const row = await database.client.warmEnvironment.findUniqueOrThrow({ where: { id } });
  const [ready] = JSON.parse(row.machines) as WarmMachine[];
  if (ready?.shell === undefined) throw new Error(`No shell waits: ${row.machines}`);
  return { ...ready, shell: ready.shell };
}

await test('the first terminal of a prewarmed session is the shell that waited in it', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const { engine, sessions } = openPool(t, database, [warmLab('warm', 1, { machines: [machine] })]);
  await whenPool(sessions, 'warm', 1);
  const { machineId, shell } = await readyMachine(database);
  t.ok(engine.isPrepared(machineId, shell));
  const started = await sessions.service.start(owner, { lab: 'warm' });
  await whenState(sessions.service, started.id, 'ready', 'failed');
  t.equal((await sessions.service.machine(owner, started.id, 'main')).machineId, machineId);
  const terminal = await engine.openTerminal(machineId, { ...shellOf(machine), rows: 20, cols: 60 });
  t.equal(terminal.shell, shell);
  const screen = readScreen(terminal);
  await screen.until('ready> ');
  terminal.stream.write('stty size; exit\n');
  await screen.until('20 60');
  t.same(await terminal.over, { exitCode: 0 });
});

await test('a waiting shell of an ended process is ended when a session takes its machine', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const labs = [warmLab('warm', 1, { machines: [machine] })];
  const installation = newInstallation(t);
  const before = openTestEngine(t, { installation });
  const dead = openPool(t, database, labs, { engine: before });
  await whenPool(dead.sessions, 'warm', 1);
  const { machineId, shell } = await readyMachine(database);
  await dead.sessions.stop();
  await before.close();

  const { engine, sessions } = openPool(t, database, labs, { engine: openTestEngine(t, { installation }) });
  const started = await sessions.service.start(owner, { lab: 'warm' });
  await whenState(sessions.service, started.id, 'ready', 'failed');
  t.equal((await sessions.service.machine(owner, started.id, 'main')).machineId, machineId);
  const [pid = ''] = shell.split(':');
  await until(async () => {
    const command = ['sh', '-c', `kill -0 ${pid}`];
    const { exitCode } = await engine.exec(machineId, { command, timeoutMs: 10_000, outputLimitBytes: 100 });
    return exitCode !== 0;
  });
  const terminal = await engine.openTerminal(machineId, { ...shellOf(machine), rows: 20, cols: 60 });
  await readScreen(terminal).until('ready> ');
  await terminal.end();
});

await test('an environment whose shell cannot start is still prewarmed', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const broken = testMachine('main', { shell: ['no-such-shell'] });
  const { sessions } = openPool(t, database, [warmLab('warm', 1, { machines: [broken] })]);
  await whenPool(sessions, 'warm', 1);
  const [id = ''] = await readyIds(database);
  const row = await database.client.warmEnvironment.findUniqueOrThrow({ where: { id } });
  t.notMatch(row.machines, /shell/);
  t.match(sessions.log.messages().join('\n'), /no shell prepared in a prewarmed machine/);
});
