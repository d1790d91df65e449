import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import type { Lab } from '../../../src/domains/labs/lab.ts';
import type { Sessions, SessionsOptions } from '../../../src/domains/sessions/sessions-options.ts';
import { openTestEngine } from './session-engine.ts';
import { openSessions, testCatalogue, testLab } from './sessions.ts';
import { until } from '../basics/until.ts';

/** Longest wait of a test for a pool, in milliseconds. */
const PATIENCE_MS = 120_000;

/** A lab with prewarmed environments. */
export function warmLab(slug: string, count: number, changes: Partial<Lab> = {}): Lab {
  return testLab(slug, { warm: { count, schedule: [] }, ...changes });
}

/** A running service with labs that the test can change. */
export function openPool(
  t: Test,
  database: Database,
  labs: Lab[],
  options: Partial<SessionsOptions> = {},
): { engine: Engine; sessions: Sessions & { log: { messages(): string[] } } } {
  const engine = options.engine ?? openTestEngine(t);
  const sessions = openSessions(t, database, { catalogue: testCatalogue(labs), ...options, engine });
  sessions.start();
  return { engine, sessions };
}

/** Ids of the ready prewarmed environments. */
export async function readyIds(database: Database, labSlug?: string): Promise<string[]> {
  const rows = await database.client.warmEnvironment.findMany({
    where: { state: 'ready', ...(labSlug !== undefined && { labSlug }) },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ id }) => id);
}

/** Resolves when the lab has this many environments ready and none in progress. Polls. */
export async function whenPool(sessions: Sessions, lab: string, ready: number): Promise<void> {
  let pools = await sessions.warm.list(system);
  const isThere = async () => {
    pools = await sessions.warm.list(system);
    const pool = pools.find(({ labSlug }) => labSlug === lab);
    return (pool?.ready ?? 0) === ready && (pool?.creating ?? 0) === 0;
  };
  await until(isThere, PATIENCE_MS).catch((error: unknown) => {
    throw new Error(`The pools stay ${JSON.stringify(pools)}.`, { cause: error });
  });
}
