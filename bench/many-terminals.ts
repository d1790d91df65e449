import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './context.ts';
import type { BenchContext, BenchSession, Figure } from './context.ts';
import { settledMemory } from './inspector.ts';
import { closeAll, openTerminals } from './open-terminals.ts';
import { openRawShell } from './raw-docker.ts';
import { oursShell, rawShell } from './shells.ts';
import type { BenchShell } from './shells.ts';
import { rawBytes } from './terminal-memory.ts';

const TERMINALS = 2_000;
const SESSIONS = 20;
/** Terminals opened before the measurement, so that one-time costs are not counted. */
const WARM_UP = 40;
/** People who type at the same time, each in their own terminal. */
const TYPING = 100;
/** Interval between two keys of one person, in milliseconds: a fast typist. */
const PAUSE_MS = 200;
/** Duration of the measured typing and of the typing before it, in milliseconds. */
const COUNTED_MS = 20_000;
const WARM_UP_MS = 5_000;
/** Keys on one line before it is cleared. */
const LINE_KEYS = 40;

/**
 * Measures the service with 2,000 open terminals in 20 machines and 100 people typing: the 99th percentile from a key to
 * its echo in milliseconds, and the memory per terminal in KB. The raw figure is of 100 shells of a plain client.
 */
export async function measureManyTerminals(
  context: BenchContext,
): Promise<{ terminals_2000: Figure; terminals_2000_kb: Figure }> {
  const sessions: BenchSession[] = [];
  while (sessions.length < SESSIONS) sessions.push(await context.startSession());

  const raw = await typeAtRawShells(context, sessions);
  await openTerminals(context, sessions, WARM_UP);
  const before = await settledMemory(context.inspectorPort);
  const clients = await openTerminals(context, sessions, TERMINALS);
  const after = await settledMemory(context.inspectorPort);
  const ours = await typeAt(clients.slice(0, TYPING).map(oursShell));
  await closeAll(clients);

  const kilobytes = Math.max(after.rss - before.rss, after.alive - before.alive) / TERMINALS / 1024;
  const plain = (await rawBytes(context, sessions)) / 1024;
  return {
    terminals_2000: { ours, raw, ratio: ours / raw },
    terminals_2000_kb: { ours: kilobytes, raw: plain, ratio: kilobytes / plain },
  };
}

async function typeAtRawShells(context: BenchContext, sessions: readonly BenchSession[]): Promise<number> {
  const containers = await Promise.all(sessions.map((session) => context.containerOf(session)));
  const shells: BenchShell[] = [];
  while (shells.length < TYPING) {
    const container = containers[shells.length % containers.length];
    if (!container) throw new Error('No machine was started.');
    shells.push(rawShell(await openRawShell(container)));
  }
  await sleep(1_000);
  const time = await typeAt(shells);
  await Promise.all(shells.map((shell) => shell.close()));
  return time;
}

/** Types in all shells. Returns the 99th percentile from a key to its echo, in milliseconds. */
async function typeAt(shells: readonly BenchShell[]): Promise<number> {
  const times: number[] = [];
  const start = performance.now();
  const isOver = () => performance.now() - start > WARM_UP_MS + COUNTED_MS;

  async function type(shell: BenchShell, place: number): Promise<void> {
    await sleep((place * PAUSE_MS) / shells.length);
    for (let key = 1; !isOver(); key++) {
      const echoed = shell.bytes(1);
      const typed = performance.now();
      shell.write('x');
      await echoed;
      const echo = performance.now() - typed;
      if (typed - start > WARM_UP_MS) times.push(echo);
      await sleep(Math.max(0, PAUSE_MS - echo));
      if (key % LINE_KEYS === 0) {
        shell.write('\x15');
        await sleep(PAUSE_MS);
      }
    }
  }
  await Promise.all(shells.map(type));
  return percentile(times, 0.99);
}
