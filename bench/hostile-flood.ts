import { setTimeout as sleep } from 'node:timers/promises';
import { floods } from '../test/support/floods.ts';
import type { Flood } from '../test/support/floods.ts';
import { TerminalClient } from '../test/support/terminal-client.ts';
import { median, percentile } from './context.ts';
import type { BenchContext, BenchSession, Figure } from './context.ts';
import { openTerminals } from './open-terminals.ts';
import { oursShell } from './shells.ts';
import type { BenchShell } from './shells.ts';

const TERMINALS = 20;
/** A flood goes on for so long before it is measured, and then while it is, in milliseconds. */
const BEFORE_MS = 2_000;
const MEASURED_MS = 6_000;
/** Between two keys, and between two health checks, in milliseconds. */
const KEY_EVERY_MS = 40;
const HEALTH_EVERY_MS = 40;
/** Keys on one line before it is cleared. */
const LINE_KEYS = 40;

/** Milliseconds: of keys to their echo, and of health checks. */
interface Felt {
  echo: number[];
  health: number[];
}

/**
 * What another learner and the health check feel of floods, each from 20 terminals of one learner and from one
 * terminal each of 20 learners, all left by who opened them: the worst of all floods, beside the same with no flood.
 */
export async function measureHostileFlood(context: BenchContext): Promise<Record<string, Figure>> {
  const victim = await victimOf(context);
  await feel(context, victim);
  const quiet = await feel(context, victim);
  report('no flood', quiet);
  const one = [await context.startSession()];
  const many = await Promise.all(Array.from({ length: TERMINALS }, () => context.startSession()));
  const all: Felt[] = [];
  for (const flood of Object.keys(floods) as Flood[]) {
    for (const [name, sessions] of Object.entries({ 'one learner': one, '20 learners': many })) {
      const end = await begin(context, sessions, flood);
      const felt = await feel(context, victim);
      const began = performance.now();
      await end();
      report(`${flood}, ${name}`, felt, `closed in ${Math.round(performance.now() - began)} ms`);
      all.push(felt);
    }
  }
  await victim.close();
  const worst = (of: (felt: Felt) => number): Figure => {
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
  if (!client) throw new Error('There is no terminal.');
  return oursShell(client);
}

/** Starts the flood in 20 terminals and leaves them; what is returned ends it. */
async function begin(
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
    // The line is read, and the forged holder has taken over, before it is left.
    await sleep(300);
    client.socket.terminate();
  }
  await sleep(BEFORE_MS);
  return async () => {
    await Promise.all(opened.map(({ session, id }) => context.closeTerminal(session, id)));
    await sleep(1_000);
  };
}

async function feel({ baseUrl }: BenchContext, victim: BenchShell): Promise<Felt> {
  const felt: Felt = { echo: [], health: [] };
  const end = performance.now() + MEASURED_MS;

  async function type(): Promise<void> {
    for (let key = 1; performance.now() < end; key++) {
      felt.echo.push(await timed(() => echoOf(victim)));
      await sleep(KEY_EVERY_MS);
      if (key % LINE_KEYS !== 0) continue;
      victim.write('\x15');
      await sleep(200);
    }
  }

  async function check(): Promise<void> {
    while (performance.now() < end) {
      felt.health.push(await timed(async () => (await fetch(`${baseUrl}/healthz`)).text()));
      await sleep(HEALTH_EVERY_MS);
    }
  }
  await Promise.all([type(), check()]);
  return felt;
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

function report(name: string, { echo, health }: Felt, more = ''): void {
  const figures = [median(echo), percentile(echo, 0.99), percentile(health, 0.99)].map((ms) => ms.toFixed(1));
  process.stderr.write(
    `  ${name.padEnd(22)} echo p50 ${figures[0]} p99 ${figures[1]} ms, /healthz p99 ${figures[2]} ms ${more}\n`,
  );
}
