import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchContext, BenchSession, Figure } from './context.ts';
import { settledMemory } from './inspector.ts';
import { closeAll, openTerminals } from './open-terminals.ts';
import { TYPESCRIPT } from '../test/kit/service/typescript.ts';

/** Open terminals of one session. */
const PER_SESSION = 20;
/** Terminals opened before the measurement, so that one-time costs are not counted. */
const WARM_UP = 40;
/** Shells of the plain client, opened one after another: enough for an average. */
const RAW_SHELLS = 100;

/**
 * Measures the memory per idle terminal in KB: the growth of the service, with garbage collected before and after. The
 * raw figure is of a process that holds shells of a plain client.
 */
export async function measureTerminalMemory(
  context: BenchContext,
  { terminals = 500 } = {},
): Promise<Figure> {
  const sessions: BenchSession[] = [];
  while (sessions.length < terminals / PER_SESSION) sessions.push(await context.startSession());

  await openTerminals(context, sessions, WARM_UP);
  const before = await settledMemory(context.inspectorPort);
  const clients = await openTerminals(context, sessions, terminals);
  const after = await settledMemory(context.inspectorPort);
  await closeAll(clients);

  // Resident memory misses growth into free pages, and live memory misses memory outside the heap.
  const grown = Math.max(after.rss - before.rss, after.alive - before.alive);
  const ours = grown / terminals / 1024;
  const raw = (await rawBytes(context, sessions)) / 1024;
  return { ours, raw, ratio: ours / raw };
}

/** Returns the memory of a process for each shell of a plain client, in bytes. */
export async function rawBytes(context: BenchContext, sessions: readonly BenchSession[]): Promise<number> {
  const file = fileURLToPath(new URL('raw-terminals.ts', import.meta.url));
  const containers = await Promise.all(sessions.map((session) => context.containerOf(session)));
  const child = fork(
    file,
    [process.env['DOCKER_HOST'] ?? '', String(RAW_SHELLS), ...containers.map(({ id }) => id)],
    {
      execArgv: [TYPESCRIPT, '--expose-gc'],
    },
  );
  const exited = once(child, 'exit');
  const [message] = (await Promise.race([
    once(child, 'message'),
    exited.then(() => Promise.reject(new Error('The plain client could not be measured.'))),
  ])) as [{ bytes: number }];
  await exited;
  return message.bytes;
}
