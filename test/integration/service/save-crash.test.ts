import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { imagesOnEngine, onEngine } from '../../kit/engine/engine-leftovers.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { until } from '../../kit/basics/until.ts';

interface Saved {
  state: string;
  saveProblem: { code: string } | null;
  savedState: { id: string } | null;
}

const mutate = (berth: BerthProcess, name: string, session: string) =>
  berth.graphql(`mutation ($s: ID!) { ${name}(input: { session: $s }) { session { state } } }`, {
    s: session,
  });

async function look(berth: BerthProcess, id: string): Promise<Saved> {
  const query = 'query ($id: ID!) { session(id: $id) { state saveProblem { code } savedState { id } } }';
  return (await berth.graphql<{ session: Saved }>(query, { id })).session;
}

/** Waits until the engine has exactly this many environments and images of the service. */
async function leaves(t: Test, berth: BerthProcess, environments: number, images: number): Promise<void> {
  let found: number[] = [];
  const isThere = async () => {
    found = [(await onEngine(berth)).length, (await imagesOnEngine(berth)).length];
    return String(found) === `${environments},${images}`;
  };
  await until(isThere, 90_000).catch((error: unknown) => t.comment(String(error)));
  t.same(found, [environments, images], 'environments and images on the engine');
}

async function type(berth: BerthProcess, id: string, line: string, answer: string | RegExp): Promise<void> {
  const terminal = await learnerAt(berth).terminal(id);
  terminal.send(`${line}\n`);
  await terminal.expect(answer);
  await terminal.close();
}

await test('after a kill at any moment of a save, either the old state stays or the new one is complete', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const id = await learner.start();
  await learner.reach(id, 'READY');
  await type(berth, id, 'echo number-0 >work; echo done-$((1+1))', 'done-2');
  await mutate(berth, 'saveSession', id);
  await learner.reach(id, 'SAVED');
  let number = 0;
  // As requested, while the machine stops, while it is read, and as the session is stored as saved.
  for (const delay of [0, 150, 350, 600, 1000, 1600]) {
    if ((await look(berth, id)).state === 'SAVED') await mutate(berth, 'resumeSession', id);
    await learner.reach(id, 'READY');
    const former = (await look(berth, id)).savedState?.id;
    number++;
    await type(berth, id, `echo number-${number} >work; echo done-$((1+1))`, 'done-2');
    await mutate(berth, 'saveSession', id);
    await sleep(delay);
    await berth.kill();
    await berth.start();

    await learner.reach(id, 'READY', 'SAVED', 'FAILED', 'ENDED');
    const after = await look(berth, id);
    t.comment(`killed ${delay} ms after: ${after.state}, ${after.saveProblem?.code}`);
    if (after.state === 'READY') {
      t.equal(after.savedState?.id, former, 'the old state stays');
      t.equal(after.saveProblem?.code, 'SAVE_INTERRUPTED');
      await leaves(t, berth, 1, 1);
    } else {
      t.equal(after.state, 'SAVED');
      t.not(after.savedState?.id, former);
      await leaves(t, berth, 0, 1);
      await mutate(berth, 'resumeSession', id);
      await learner.reach(id, 'READY');
    }
    await type(berth, id, 'cat work', `number-${number}`);
  }
  await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  await leaves(t, berth, 0, 0);
});
