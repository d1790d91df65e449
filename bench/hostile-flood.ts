import { setTimeout as sleep } from 'node:timers/promises';
import { floods } from '../test/kit/terminals/floods.ts';
import type { Flood } from '../test/kit/terminals/floods.ts';
import { TerminalClient } from '../test/kit/terminals/terminal-client.ts';
import { median, percentile } from './context.ts';
import type { BenchContext, BenchSession, Figure } from './context.ts';
import { openTerminals } from './open-terminals.ts';
import { oursShell } from './shells.ts';
import type { BenchShell } from './shells.ts';

const TERMINALS = 20;
/** Duration of a flood before and during the measurement, in milliseconds. */
const BEFORE_MS = 2_000;
const MEASURED_MS = 6_000;
/** Intervals between keys and between health checks, in milliseconds. */
const KEY_EVERY_MS = 40;
const HEALTH_EVERY_MS = 40;
/** Keys on one line before it is cleared. */
const LINE_KEYS = 40;

/** Response times of keys and of health checks, in milliseconds. */
interface ResponseTimes {
  echo: number[];
  health: number[];
}

/**
 * Measures response times for another learner and for health checks during floods. Each flood comes from 20 terminals of
 * one learner, and from one terminal each of 20 learners, all without viewers. The result is the worst flood; the raw
 * figure is without a flood.
 */
export async function measureHostileFlood(context: BenchContext): Promise<Record<string, Figure>> {
  const victim = await victimOf(context);
  await measure(context, victim);
  const quiet = await measure(context, victim);
  report('no flood', quiet);
  const one = [await context.startSession()];
  const many = await Promise.all(Array.from({ length: TERMINALS }, () => context.startSession()));
  const all: ResponseTimes[] = [];
  for (const flood of Object.keys(floods) as Flood[]) {
    for (const [name, sessions] of Object.entries({ 'one learner': one, '20 learners': many })) {
      const end = await startFlood(context, sessions, flood);
      const times = await measure(context, victim);
      const start = performance.now();
      await end();
      report(`${flood}, ${name}`, times, `closed in ${Math.round(performance.now() - start)} ms`);
      all.push(times);
    }
  }
  await victim.close();
  const worst = (of: (times: ResponseTimes) => number): Figure => {
    const [ours, raw] = [Math.max(...all.map(of)), of(quiet)];
    return { ours, raw, ratio: ours / raw };
  };
  return {
    hostile_flood: worst(({ echo }) => percentile(echo, 0.99)),
    hostile_flood_p50: worst(({ echo }) => median(echo)),
    hostile_flood_health: worst(({ health }) => percentile(health, 0.99)),
  };
}

async function victimOf(context: BenchContext): Promise<BenchShell> {
  const [client] = await openTerminals(context, [await context.startSession()], 1);
  if (!client) throw new Error('No terminal was opened.');
  return oursShell(client);
}

/** Starts a flood in 20 terminals and disconnects from them. Returns a function that ends it. */
async function startFlood(
  context: BenchContext,
  sessions: readonly BenchSession[],
  flood: Flood,
): Promise<() => Promise<void>> {
  const opened: { session: BenchSession; id: string }[] = [];
  for (let at = 0; at < TERMINALS; at++) {
    const session = sessions[at % sessions.length] as BenchSession;
    const terminal = await context.openTerminal(session);
    opened.push({ session, id: terminal.id });
    const client = TerminalClient.connect(terminal);
    await client.expect('$ ', 60_000);
    client.send(floods[flood]);
    // Waits until the shell has read the line and a forged agent has taken over.
    await sleep(300);
    client.socket.terminate();
  }
  await sleep(BEFORE_MS);
  return async () => {
    await Promise.all(opened.map(({ session, id }) => context.closeTerminal(session, id)));
    await sleep(1_000);
  };
}

async function measure({ baseUrl }: BenchContext, victim: BenchShell): Promise<ResponseTimes> {
  const times: ResponseTimes = { echo: [], health: [] };
  const end = performance.now() + MEASURED_MS;

  async function type(): Promise<void> {
    for (let key = 1; performance.now() < end; key++) {
      times.echo.push(await timed(() => echoOf(victim)));
      await sleep(KEY_EVERY_MS);
      if (key % LINE_KEYS !== 0) continue;
      victim.write('\x15');
      await sleep(200);
    }
  }

  async function check(): Promise<void> {
    while (performance.now() < end) {
      times.health.push(await timed(async () => (await fetch(`${baseUrl}/healthz`)).text()));
      await sleep(HEALTH_EVERY_MS);
    }
  }
  await Promise.all([type(), check()]);
  return times;
}

async function echoOf(shell: BenchShell): Promise<void> {
  const echoed = shell.bytes(1);
  shell.write('x');
  await echoed;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(name: string, { echo, health }: ResponseTimes, more = ''): void {
  const figures = [median(echo), percentile(echo, 0.99), percentile(health, 0.99)].map((ms) => ms.toFixed(1));
  process.stderr.write(
    `  ${name.padEnd(22)} echo p50 ${figures[0]} p99 ${figures[1]} ms, /healthz p99 ${figures[2]} ms ${more}\n`,
  );
}
