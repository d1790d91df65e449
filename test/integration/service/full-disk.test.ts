import { join } from 'node:path';
import { test } from 'tap';
import type { Test } from 'tap';
import { openDatabase } from '../../../src/database/database.ts';
import { outcomeOf } from '../../support/actors.ts';
import { GraphqlRefusal, startBerth } from '../../support/berth-process.ts';
import type { BerthProcess } from '../../support/berth-process.ts';
import { labsFolder } from '../../support/lab-folders.ts';
import { learnerAt } from '../../support/learner.ts';
import { startOwnEngine } from '../../support/own-engine.ts';
import type { OwnEngine } from '../../support/own-engine.ts';
import type { TerminalClient } from '../../support/terminal-client.ts';

const MIB = 1024 ** 2;

const lab = (title: string, disk: string, more = '') =>
  `title: ${title}\nmachines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], disk: ${disk} }]\n${more}`;
const check = 'steps: [{ id: note, title: Note, instructions: note.md, check: { script: note.sh } }]\n';
const labs = {
  work: {
    'lab.yaml': lab('Work', '256 MiB', check),
    'note.md': 'Write a note.\n',
    'note.sh': 'grep -q kept /home/learner/note\n',
  },
  narrow: { 'lab.yaml': lab('Narrow', '64 MiB') },
  // More than there is: its author thought of a larger disk.
  wide: { 'lab.yaml': lab('Wide', '8 GiB') },
};

/** What `flood` needs to fill the disk: more than the lab allows. */
const FLOOD_BYTES = 100 * MIB;

/** Takes all of it within some milliseconds, but for the last of it that is written. */
const flood = 'fallocate -l 60M a; fallocate -l 38M b; cat /dev/zero >c; echo "full $((6 * 7))"\n';

await test('a learner fills the disk of the engine, which the service sees by its socket alone', async (t) => {
  const own = await startOwnEngine(t, ['berth/lab-linux:latest', 'berth/lab-egress:latest'], {
    // A disk in memory would count as the memory of the machines.
    disk: 'xfs',
    isShared: true,
  });
  const settings = { DOCKER_HOST: own.host, BERTH_LABS_DIR: await labsFolder(t, labs) };

  await t.test('with the database on another disk', async (t) => {
    const berth = await startBerth(t, settings);
    const worker = await startWork(t, berth);
    await t.test('others work on, and the machine is stopped', (t) => floodsDisk(t, berth, own, worker));
    await t.test('what needs room says so, and works when there is some', (t) => staysFull(t, berth, worker));
    await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  });

  await t.test('with the database on the same disk', async (t) => {
    const dataDir = join(own.shared, 'berth');
    const berth = await startBerth(t, { ...settings, BERTH_DATA_DIR: dataDir });
    const worker = await startWork(t, berth);
    await t.test('others work on, and the machine is stopped', (t) => floodsDisk(t, berth, own, worker));
    await t.test('the database refuses what it cannot store, and keeps what it stored', (t) =>
      fillsDatabase(t, berth, own, join(dataDir, 'berth.db')),
    );
  });
});

/** A learner who works and wants to go on. */
interface Worker {
  session: string;
  terminal: TerminalClient;
  /** Resolves when the terminal printed what a command printed. */
  echoes(): Promise<void>;
  /** Whether 500 KB could be written. */
  writes(): Promise<boolean>;
  passes(): Promise<boolean>;
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
  await answer('echo kept >note; echo "noted $((6 * 7))"', /noted 42/);
  return {
    session,
    terminal,
    echoes: async () => void (await answer('echo "alive $((6 * 7))"', /alive 42/)),
    writes: async () => (await answer('seq 80000 >file; echo "code $? $((6 * 7))"', /code (\d+) 42/)) === '0',
    passes: async () => (await learner.check(session, 'note')).passed,
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
  t.ok(await worker.passes());
  await own.emptyDisk();
}

/** A machine within its lab's limit fills the disk: nobody is stopped. */
async function staysFull(t: Test, berth: BerthProcess, worker: Worker): Promise<void> {
  const learner = learnerAt(berth, 'wide');
  const wide = await learner.start();
  await learner.reach(wide, 'READY');
  const terminal = await learner.terminal(wide);
  terminal.send('cat /dev/zero >fill; echo "full $((6 * 7))"\n');
  await terminal.expect('full 42');
  await worker.echoes();
  t.notOk(await worker.writes());
  t.ok(await worker.passes());
  const acknowledged = [await createToken(berth)];
  t.strictSame(await tokens(berth, acknowledged), acknowledged);
  t.equal((await fetch(`${berth.url}/healthz`)).status, 200);
  const waiting = await learner.start();
  await learner.reach(waiting, 'QUEUED');
  t.equal(await codeOf(save(berth, worker.session)), 'DISK_FULL');
  await worker.echoes();

  terminal.send('rm fill\n');
  await learner.reach(waiting, 'READY');
  t.ok(await worker.writes());
  t.equal((await learnerAt(berth).see(worker.session)).state, 'READY');
}

/** Something has taken the room too that the database keeps for a full disk. */
async function fillsDatabase(t: Test, berth: BerthProcess, own: OwnEngine, file: string): Promise<void> {
  const acknowledged = [await createToken(berth)];
  await own.fillDisk(0);
  await takeSpareRoom(file);
  let refused: string | undefined;
  while (refused === undefined) {
    refused = await codeOf(createToken(berth).then((name) => acknowledged.push(name)));
  }
  t.equal(refused, 'DISK_FULL');
  t.strictSame(await tokens(berth, acknowledged), acknowledged, 'it still answers what is stored');
  t.equal((await fetch(`${berth.url}/healthz`)).status, 200);

  await berth.kill();
  await own.emptyDisk();
  await berth.start();
  t.strictSame(await tokens(berth, acknowledged), acknowledged);
  acknowledged.push(await createToken(berth));
  t.strictSame(await tokens(berth, acknowledged), acknowledged);
}

/** Stores rows until there is no room for the smallest. */
async function takeSpareRoom(file: string): Promise<void> {
  const database = await openDatabase({ url: `file:${file}` });
  try {
    await database.client.$executeRawUnsafe('CREATE TABLE taken (bytes BLOB)');
    for (const bytes of [MIB, MIB / 16, 1024]) {
      const store = database.client.$executeRawUnsafe.bind(database.client);
      while ((await outcomeOf(() => store(`INSERT INTO taken VALUES (zeroblob(${bytes}))`))) === 'ok');
    }
  } finally {
    await database.close();
  }
}

let made = 0;

/** Makes a token; its name. */
async function createToken(berth: BerthProcess): Promise<string> {
  const name = `full-disk-${(made += 1)}`;
  await berth.graphql(
    'mutation ($name: String!) { createToken(input: { name: $name, scopes: [READ] }) { token { id } } }',
    { name },
  );
  return name;
}

/** Those of the names that the service has a token for. */
async function tokens(berth: BerthProcess, names: readonly string[]): Promise<string[]> {
  const query = '{ viewer { tokens { name } } }';
  const { viewer } = await berth.graphql<{ viewer: { tokens: { name: string }[] } }>(query);
  const there = new Set(viewer.tokens.map(({ name }) => name));
  return names.filter((name) => there.has(name));
}

function save(berth: BerthProcess, session: string): Promise<unknown> {
  const query = 'mutation ($session: ID!) { saveSession(input: { session: $session }) { session { id } } }';
  return berth.graphql(query, { session });
}

/** The code of a refusal; undefined when there was none. */
async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof GraphqlRefusal) return error.errors[0]?.extensions?.code;
    throw error;
  }
}
