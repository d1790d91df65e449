import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { runScript } from '../../support/engines.ts';
import type { Neighbour, Place } from './places.ts';

const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x64';
const TAKE_ALL = await readFile(join(import.meta.dirname, 'take-all.pl'), 'utf8');
const USE_ONE_FILE = join(import.meta.dirname, 'use-one.pl');
const USE_ONE = await readFile(USE_ONE_FILE, 'utf8');

/** Longest wait for an attack to have all that it can get, in milliseconds. */
const TAKING_LIMIT_MS = 30_000;

/** No machine has these: a call for them is unknown there. By name, with the number of that error. */
const NOBODY_HAS = ['aio contexts: 38', 'message queues: 38'];

/** What each place takes: the kernel counts these by user, which differs between places. */
const TAKEN = ['inotify instances', 'aio', 'queues', 'signals', 'pipes', 'terminals', 'keyrings', 'uts'];
/** What takes longer, in one place of each kind. */
const TAKEN_ONCE = ['watches', 'System V', 'shared', 'namespaces'];

/** Whatever a learner takes here, other learners and the host's root still get their share. */
export async function sharedLimits(t: Test, place: Place, neighbour: Neighbour): Promise<void> {
  const wanted = place.isLight ? TAKEN : [...TAKEN, ...TAKEN_ONCE];
  const attack = place.run(
    script(
      'ulimit -n "$(ulimit -Hn)"; perl -',
      TAKE_ALL,
      [ARCHITECTURE, ...wanted].map((word) => `'${word}'`).join(' '),
    ),
  );
  try {
    const taken = await takenBy(place, attack);
    t.comment(taken);
    t.match(taken, /^inotify instances: [1-9]/m, 'the attack took something');
    for (const user of ['0', 'learner']) {
      const use = script('perl -', USE_ONE, `${ARCHITECTURE} machine`);
      const { out } = await runScript(neighbour.engine, neighbour.machineId, use, { user });
      t.same(lacks(out), NOBODY_HAS, `what ${user} of another machine lacks`);
    }
    const { stdout } = await promisify(execFile)('perl', [USE_ONE_FILE, ARCHITECTURE, 'host']);
    t.same(lacks(stdout), [], 'what the host’s root lacks');
  } finally {
    await place.run('touch /tmp/release');
    await attack;
    await place.run('rm -f /tmp/release /tmp/taken');
  }
}

/** Feeds a program to an interpreter. */
const script = (interpreter: string, program: string, options: string) =>
  `${interpreter} ${options} <<'BERTH_PERL'\n${program}\nBERTH_PERL\n`;

/** Waits until the attack has all that it can get; what it took, a line for each thing. */
async function takenBy(place: Place, attack: Promise<unknown>): Promise<string> {
  let ended = false;
  const end = attack.finally(() => (ended = true));
  end.catch(() => undefined);
  for (const late = Date.now() + TAKING_LIMIT_MS; Date.now() < late; await sleep(100)) {
    const { out } = await place.look('cat /tmp/taken 2> /dev/null');
    if (out !== '') return out;
    if (ended) throw new Error(`the attack ended before it held anything: ${JSON.stringify(await attack)}`);
  }
  throw new Error('the attack took too long to take all');
}

function lacks(output: string): string[] {
  const lines = output.trim().split('\n');
  if (lines.pop() !== 'all were tried') throw new Error(`not all were tried: ${output}`);
  return lines;
}
