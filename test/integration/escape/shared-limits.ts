import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { readKernelLimits } from '../../../src/host-setup/kernel-limits.ts';
import { runScript } from '../../kit/engine/engines.ts';
import type { Neighbour, Place } from './places.ts';

const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x64';
const TAKE_ALL = await readFile(join(import.meta.dirname, 'take-all.pl'), 'utf8');
const USE_ONE_FILE = join(import.meta.dirname, 'use-one.pl');
const USE_ONE = await readFile(USE_ONE_FILE, 'utf8');

/** Longest wait for an attack to take everything it can get, in milliseconds. */
const TAKING_LIMIT_MS = 120_000;

/** No machine has these: their calls are unknown there. By name, with the number of that error. */
const NOBODY_HAS = ['aio contexts: 38', 'message queues: 38'];

/** What each place takes. The kernel counts these by user, which differs between places. */
const TAKEN = [
  'inotify instances',
  'aio',
  'queues',
  'signals',
  'pipes',
  'terminals',
  'keyrings',
  'uts',
  'files',
];
/** Slower attacks, in one place of each kind. */
const TAKEN_ONCE = ['watches', 'System V', 'shared', 'namespaces', 'processes'];

/** How many machines can take as much of a shared limit as one did. */
const SHARED_BY = 256;
/** Terminals of one machine. */
const TERMINALS = 64;
const SHARED = {
  'inotify instances': 'fs.inotify.max_user_instances',
  'inotify watches': 'fs.inotify.max_user_watches',
  'epoll watches': 'fs.epoll.max_user_watches',
  'open files': 'fs.file-max',
  processes: 'kernel.pid_max',
};

/** Whatever a learner takes, other learners and the host's root still get their share. */
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
    await staysInItsShare(t, place, taken);
    for (const user of ['0', 'learner']) {
      const use = script('perl -', USE_ONE, `${ARCHITECTURE} machine`);
      const { out } = await runScript(neighbour.engine, neighbour.machineId, use, { user });
      t.same(lacks(out), NOBODY_HAS, `${user} of another machine lacks these`);
    }
    const { stdout } = await promisify(execFile)('perl', [USE_ONE_FILE, ARCHITECTURE, 'host']);
    t.same(lacks(stdout), [], 'the host’s root lacks these');
  } finally {
    // The attack may have taken what another container needs here.
    await place.look('touch /tmp/release');
    await attack;
    await place.run('rm -f /tmp/release /tmp/taken');
  }
}

/** The attack left as much of each shared limit for many other machines. */
async function staysInItsShare(t: Test, place: Place, output: string): Promise<void> {
  const taken = new Map(output.split('\n').map((line) => [line.split(': ')[0], Number(line.split(': ')[1])]));
  const names = place.isLight ? ['inotify instances', 'open files'] : Object.keys(SHARED);
  const limits = new Map((await readKernelLimits()).map(({ name, value }) => [name, value]));
  for (const name of names) {
    const count = taken.get(name) ?? 0;
    t.ok(count > 0, `the attack took ${name}: ${count}`);
    const limit = limits.get(SHARED[name as keyof typeof SHARED]) ?? 0;
    t.ok(count * SHARED_BY <= limit, `as many ${name} for ${SHARED_BY} machines: ${limit}`);
  }
  // Terminals of the machine's own file systems do not come from the reserve.
  if (!place.name.startsWith('a nested')) return;
  const ownTerminals = taken.get('terminals of own mounts') ?? 0;
  const reserve = limits.get('kernel.pty.reserve') ?? 0;
  const unreserved = (limits.get('kernel.pty.max') ?? 0) - reserve;
  t.ok(ownTerminals > TERMINALS, `the attack opened more terminals than a machine has: ${ownTerminals}`);
  t.ok(ownTerminals < unreserved, `none of the reserve: ${unreserved} are outside it`);
  t.ok(TERMINALS * SHARED_BY <= reserve, `the reserve is enough for ${SHARED_BY} machines: ${reserve}`);
}

/** Passes a program to an interpreter. */
const script = (interpreter: string, program: string, options: string) =>
  `${interpreter} ${options} <<'BERTH_PERL'\n${program}\nBERTH_PERL\n`;

/** Waits until the attack has taken everything it can get. Returns a line for each resource. */
async function takenBy(place: Place, attack: Promise<unknown>): Promise<string> {
  let ended = false;
  const end = attack.finally(() => (ended = true));
  end.catch(() => undefined);
  for (const late = Date.now() + TAKING_LIMIT_MS; Date.now() < late; await sleep(100)) {
    const { out } = await place.look('cat /tmp/taken 2> /dev/null');
    if (out !== '') return out;
    if (ended) throw new Error(`the attack ended before it held anything: ${JSON.stringify(await attack)}`);
  }
  throw new Error('the attack took too long');
}

function lacks(output: string): string[] {
  const lines = output.trim().split('\n');
  if (lines.pop() !== 'all were tried') throw new Error(`not all were tried: ${output}`);
  return lines;
}
