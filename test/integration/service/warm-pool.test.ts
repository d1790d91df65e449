import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { Test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { onEngine } from '../../kit/engine/engine-leftovers.ts';
import { bundledLab } from '../../kit/labs/lab-folders.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { until } from '../../kit/basics/until.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Pools {
  warmPools: { labSlug: string; ready: number; creating: number; wanted: number }[];
}

/** A folder with the bundled lab, with prewarmed environments. */
async function warmLabs(t: Test): Promise<string> {
  const labs = await bundledLab(t);
  await appendFile(join(labs, 'linux-command-line', 'lab.yaml'), '\nwarm: 2\n');
  return labs;
}

await test('a killed service finds its full pool again, and an admin sees and empties it', async (t) => {
  const guide = await readFile(join(root, 'docs', 'admin.md'), 'utf8');
  const queries = [...guide.matchAll(/```graphql\n(.*?)```/gs)].map(([, query]) => query ?? '');
  const look = queries.find((query) => query.includes('warmPools {')) ?? 'not in the guide';
  const drain = queries.find((query) => query.includes('drainWarmPool')) ?? 'not in the guide';
  const berth = await startBerth(t, { BERTH_LABS_DIR: await warmLabs(t) });
  const emptied = async () => {
    await berth.graphql(drain);
    await until(async () => (await onEngine(berth)).length === 0, 60_000);
  };
  t.teardown(emptied);
  const pool = async () => (await berth.graphql<Pools>(look)).warmPools[0];
  await until(async () => (await pool())?.ready === 2, 120_000);
  t.same(await pool(), { labSlug: 'linux-command-line', ready: 2, creating: 0, wanted: 2 });
  const before = await onEngine(berth);
  await berth.kill();
  t.same((await onEngine(berth)).sort(), before.sort());

  await berth.start();
  t.match(await pool(), { ready: 2 });
  const learner = learnerAt(berth);
  const id = await learner.start();
  await learner.reach(id, 'READY');
  await until(async () => (await pool())?.ready === 2, 120_000);
  t.equal((await onEngine(berth)).filter((environment) => before.includes(environment)).length, 2);
  const headers = { authorization: `Bearer ${berth.adminToken}` };
  const metrics = await (await fetch(`${berth.url}/metrics`, { headers })).text();
  t.match(metrics, 'berth_warm_starts_total{outcome="hit"} 1');
  t.match(metrics, 'berth_warm_environments{lab="linux-command-line",state="ready"} 2');

  await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  t.same(await berth.graphql(drain), { drainWarmPool: { removed: 2 } });
  await until(async () => (await onEngine(berth)).length === 0, 60_000);
  t.match(await pool(), { ready: 0, creating: 0, wanted: 0 });
});
