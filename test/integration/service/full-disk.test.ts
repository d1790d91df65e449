import { join } from 'node:path';
import { test } from 'tap';
import type { Test } from 'tap';
import { startBerth } from '../../support/berth-process.ts';
import type { BerthProcess } from '../../support/berth-process.ts';
import { labsFolder } from '../../support/lab-folders.ts';
import { learnerAt } from '../../support/learner.ts';
import { startOwnEngine } from '../../support/own-engine.ts';
import type { OwnEngine } from '../../support/own-engine.ts';

const MIB = 1024 ** 2;

const lab = (title: string, disk: string) =>
  `title: ${title}\nmachines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], disk: ${disk} }]\n`;
const labs = {
  work: { 'lab.yaml': lab('Work', '256 MiB') },
  narrow: { 'lab.yaml': lab('Narrow', '64 MiB') },
};

/** Tokens that this test made: each has its own name. */
let made = 0;

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
  });

  await t.test('with the database on the same disk', async (t) => {
    const berth = await startBerth(t, { ...settings, BERTH_DATA_DIR: join(own.shared, 'berth') });
    const worker = await startWork(t, berth);
    await t.test('others work on, and the machine is stopped', (t) => floodsDisk(t, berth, own, worker));
  });
});

/** A learner who works and wants to go on. */
interface Worker {
  /** Resolves when the terminal printed what a command printed. */
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
