import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { test } from 'tap';
import type { Test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { isFault } from '../../../src/core/errors.ts';
import { startBerth } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { labsFolder } from '../../kit/labs/lab-folders.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { startOwnEngine } from '../../kit/engine/own-engine.ts';
import type { OwnEngine } from '../../kit/engine/own-engine.ts';
import { until } from '../../kit/basics/until.ts';

const MIB = 1024 ** 2;

const lab = (title: string, disk: string) =>
  `title: ${title}\nmachines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], disk: ${disk} }]\n`;
const labs = {
  work: {
    'lab.yaml': `${lab('Work', '256 MiB')}steps: [{ id: here, title: Here, instructions: here.md, check: { script: here.sh } }]\n`,
    'here.md': 'Work.\n',
    'here.sh': '#!/bin/bash\n[ -s /home/learner/file ]\n',
  },
  narrow: { 'lab.yaml': lab('Narrow', '64 MiB') },
};

/** Number of tokens that this test created, for unique names. */
let made = 0;

/** What `flood` needs to fill the disk: more than the lab allows. */
const FLOOD_BYTES = 100 * MIB;

/** Fills the disk within milliseconds, except for the last part, which is written. */
const flood = 'fallocate -l 60M a; fallocate -l 38M b; cat /dev/zero >c; echo "full $((6 * 7))"\n';

await test('a learner fills the disk of an engine that the service can only see through its socket', async (t) => {
  const own = await startOwnEngine(
    t,
    ['berth/lab-linux:latest', 'berth/lab-egress:latest', 'berth/lab-holder:latest'],
    {
      // A disk in memory would count as memory of the machines.
      disk: 'xfs',
      isShared: true,
    },
  );
  const settings = { DOCKER_HOST: own.host, BERTH_LABS_DIR: await labsFolder(t, labs) };

  await t.test('with the database on another disk', async (t) => {
    const berth = await startBerth(t, settings);
    const worker = await startWork(t, berth);
    await t.test('others keep working, and the machine is stopped', (t) => floodsDisk(t, berth, own, worker));
  });

  await t.test('with the database on the same disk', async (t) => {
    const berth = await startBerth(t, { ...settings, BERTH_DATA_DIR: join(own.shared, 'berth') });
    const worker = await startWork(t, berth);
    await t.test('others keep working, and the machine is stopped', (t) => floodsDisk(t, berth, own, worker));
  });

  await t.test('and it stays full', async (t) => {
    const berth = await startBerth(t, { ...settings, BERTH_DATA_DIR: join(own.shared, 'berth-2') });
    await t.test('sessions that cannot be saved continue', (t) => savesNothing(t, berth, own));
    await t.test('a full database recovers once there is space', (t) => fillsDatabase(t, berth, own));
  });
});

/** A learner who is working and wants to continue. */
interface Worker {
  session: string;
  /** Whether the check of the lab's step passes. */
  passes(): Promise<boolean>;
  /** Resolves when the terminal printed a command's output. */
  echoes(): Promise<void>;
  /** Whether 500 KB could be written. */
  writes(): Promise<boolean>;
}

async function startWork(t: Test, berth: BerthProcess): Promise<Worker> {
  const learner = learnerAt(berth, 'work');
  const session = await learner.start();
  await learner.reach(session, 'READY');
  const terminal = await learner.terminal(session);
  t.teardown(() => terminal.close());
  async function answer(command: string, pattern: RegExp): Promise<string> {
    terminal.forget();
    terminal.send(`${command}\n`);
    return pattern.exec(await terminal.expect(pattern))?.[1] ?? '';
  }
  return {
    session,
    passes: async () => (await learner.check(session, 'here')).passed,
    echoes: async () => void (await answer('echo "alive $((6 * 7))"', /alive 42/)),
    writes: async () => (await answer('seq 80000 >file; echo "code $? $((6 * 7))"', /code (\d+) 42/)) === '0',
  };
}

async function floodsDisk(t: Test, berth: BerthProcess, own: OwnEngine, worker: Worker): Promise<void> {
  const learner = learnerAt(berth, 'narrow');
  const narrow = await learner.start();
  await learner.reach(narrow, 'READY');
  const terminal = await learner.terminal(narrow);
  const acknowledged: string[] = [];
  await own.fillDisk(FLOOD_BYTES);
  terminal.send(flood);
  await terminal.expect('full 42');
  t.match(terminal.text, /c: No space left on device|write error: No space left on device/);
  await worker.echoes();
  acknowledged.push(await createToken(berth));
  const ended = await learner.reach(narrow, 'ENDED', 'SAVED');
  t.match(ended, { state: 'ENDED', reason: { code: 'MACHINE_DISK_FULL' } });
  acknowledged.push(await createToken(berth));
  t.strictSame(await tokens(berth, acknowledged), acknowledged);
  while (!(await worker.writes())) await worker.echoes();
  await own.emptyDisk();
}

/** With too little or no space for a save, the session continues, and its earlier save stays. */
async function savesNothing(t: Test, berth: BerthProcess, own: OwnEngine): Promise<void> {
  const { session } = await startWork(t, berth);
  const learner = learnerAt(berth, 'work');
  await saves(berth, 'saveSession', session);
  await learner.reach(session, 'SAVED');
  const before = await savedOf(berth, session);
  await saves(berth, 'resumeSession', session);
  await learner.reach(session, 'READY');
  const terminal = await learner.terminal(session);
  t.teardown(() => terminal.close());
  const holds = async (command: string) => {
    terminal.forget();
    terminal.send(`${command}; echo "holds $(stat -c %s more) $((6 * 7))"\n`);
    await terminal.expect(`holds ${20 * MIB} 42`);
  };
  await holds('head -c 20M /dev/urandom >more');

  await own.fillDisk(24 * MIB);
  await saves(berth, 'saveSession', session);
  await learner.reach(session, 'READY');
  t.match(await savedOf(berth, session), {
    savedState: before.savedState,
    saveProblem: { code: 'DISK_FULL' },
  });
  await terminal.close();
  const after = await learner.terminal(session);
  after.send('stat -c %s more; cat more >/dev/null && echo "whole $((6 * 7))"\n');
  await after.expect(`${20 * MIB}`);
  await after.expect('whole 42');
  await after.close();
  await own.emptyDisk();

  await own.fillDisk(0);
  const { generation } = await learner.see(session);
  await t.rejects(saves(berth, 'saveSession', session), { errors: [{ extensions: { code: 'DISK_FULL' } }] });
  t.match(await learner.see(session), { state: 'READY', generation }, 'it was not even stopped');
  t.match(await savedOf(berth, session), { savedState: before.savedState });
  await own.emptyDisk();
  await saves(berth, 'saveSession', session);
  t.match(await learner.reach(session, 'SAVED', 'READY'), { state: 'SAVED' });
  await saves(berth, 'resumeSession', session);
}

/**
 * With a full database, changes are rejected, no acknowledged change is lost, and the machine that wrote too much waits
 * for its end.
 */
async function fillsDatabase(t: Test, berth: BerthProcess, own: OwnEngine): Promise<void> {
  const { docker, close } = connectEngine(own.host, {});
  t.teardown(close);
  const worker = await startWork(t, berth);
  t.ok(await worker.writes());
  const learner = learnerAt(berth, 'narrow');
  const narrow = await learner.start();
  await learner.reach(narrow, 'READY');
  const terminal = await learner.terminal(narrow);
  t.teardown(() => terminal.close());
  terminal.send('fallocate -l 60M a; echo "near $((6 * 7))"\n');
  await terminal.expect('near 42');
  const kept = join(own.shared, 'kept');
  await promisify(execFile)('fallocate', ['-l', '16M', kept]);
  await own.fillDisk(MIB);
  t.ok(await worker.passes(), 'checks work, and are stored, on a full disk');

  const acknowledged: string[] = [];
  await useUp(join(own.shared, 'berth-2', 'berth.db'));
  const refusal = async () => {
    for (;;) acknowledged.push(await createToken(berth));
  };
  await t.rejects(refusal(), {
    message: /disk.*full|no space/i,
    errors: [{ extensions: { code: 'DISK_FULL' } }],
  });
  await worker.echoes();
  t.strictSame(await tokens(berth, acknowledged), acknowledged);
  t.equal((await fetch(`${berth.url}/healthz`)).status, 200);

  await rm(kept);
  terminal.send('cat /dev/zero >b; echo "full $((6 * 7))"\n');
  const isOnEngine = async () => (await isPaused(docker)) || (await learner.see(narrow)).state !== 'READY';
  await until(isOnEngine);
  for (let look = 0; look < 20; look += 1) {
    if (!(await isOnEngine())) t.fail('it keeps running although its end is not stored');
    await sleep(100);
  }
  await worker.echoes();
  t.ok(berth.runs());
  await own.emptyDisk();
  t.match(await learner.reach(narrow, 'ENDED', 'SAVED'), { reason: { code: 'MACHINE_DISK_FULL' } });
  acknowledged.push(await createToken(berth));
  t.strictSame(await tokens(berth, acknowledged), acknowledged);
  t.ok((await worker.passes()) && (await worker.writes()));
}

/** Whether the engine paused a machine. Its list is wrong while it cannot write its state. */
async function isPaused(docker: Docker): Promise<boolean> {
  const containers = await docker.listContainers();
  const states = await Promise.all(
    containers.map(async ({ Id }) => (await docker.getContainer(Id).inspect()).State.Paused),
  );
  return states.includes(true);
}

/** Fills all free space in the files of a SQLite database. */
async function useUp(file: string): Promise<void> {
  const { client, close } = await openDatabase({ url: `file:${file}` });
  await client.$executeRawUnsafe('CREATE TABLE filler (data BLOB)');
  for (const bytes of [256 * 1024, 4096, 1]) {
    try {
      for (;;) await client.$executeRawUnsafe(`INSERT INTO filler VALUES (zeroblob(${bytes}))`);
    } catch (error) {
      if (!isFault(error, 'DISK_FULL')) throw error;
    }
  }
  await close();
}

async function saves(berth: BerthProcess, mutation: string, session: string): Promise<void> {
  await berth.graphql(`mutation ($s: ID!) { ${mutation}(input: { session: $s }) { session { state } } }`, {
    s: session,
  });
}

interface Saved {
  saveProblem: { code: string } | null;
  savedState: { id: string } | null;
}

async function savedOf(berth: BerthProcess, id: string): Promise<Saved> {
  const query = 'query ($id: ID!) { session(id: $id) { saveProblem { code } savedState { id } } }';
  const { session } = await berth.graphql<{ session: Saved }>(query, { id });
  return session;
}

/** Creates a token and returns its name. */
async function createToken(berth: BerthProcess): Promise<string> {
  const name = `full-disk-${(made += 1)}`;
  await berth.graphql(
    'mutation ($name: String!) { createToken(input: { name: $name, scopes: [READ] }) { token { id } } }',
    { name },
  );
  return name;
}

/** The names for which the service has a token. */
async function tokens(berth: BerthProcess, names: readonly string[]): Promise<string[]> {
  const query = '{ viewer { tokens { name } } }';
  const { viewer } = await berth.graphql<{ viewer: { tokens: { name: string }[] } }>(query);
  const there = new Set(viewer.tokens.map(({ name }) => name));
  return names.filter((name) => there.has(name));
}
