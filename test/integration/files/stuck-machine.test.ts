import { PassThrough } from 'node:stream';
import { test } from 'tap';
import type { Test } from 'tap';
import { outcomeOf } from '../../kit/service/actors.ts';
import { dockerHarness, isRunning, streamingHarness } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';
import { until } from '../../kit/basics/until.ts';
import { createFileWorld, owner } from './file-world.ts';

/** Simulates a program that was stopped, or that a learner placed to block others, for longer than a test takes. */
const STUCK = 'sleep 4711';

await test('a machine with stuck programs holds no transfer slot after its client disconnects', async (t) => {
  await t.test('without the engine', (t) => freesPlaces(t, dockerHarness));
  await t.test('through the engine, in parts', (t) => freesPlaces(t, streamingHarness));
});

async function freesPlaces(t: Test, open: (t: Test) => EngineHarness): Promise<void> {
  const world = await createFileWorld(t, { engine: open(t).engine });
  const { engine, files, machines, place, shell } = world;
  const machineId = machines['root'] ?? '';
  const stuck = () => isRunning(engine, machineId, STUCK);
  const at = place('root', '/tmp/file');
  await shell('root', 'echo hi >/tmp/file');

  const ends = async (start: (client: AbortSignal) => Promise<unknown>, what: string) => {
    const client = new AbortController();
    const outcome = outcomeOf(() => start(client.signal));
    await until(stuck);
    client.abort();
    t.equal(await outcome, 'TRANSFER_INTERRUPTED', what);
    t.notOk(await stuck(), `${what}: nothing is left`);
  };

  await shell(
    'root',
    `printf '#!/bin/sh\\nexec ${STUCK}\\n' | tee /usr/local/sbin/tar >/usr/local/sbin/stat`,
  );
  await shell('root', 'cd /usr/local/sbin && cp stat cat && chmod +x stat cat tar');
  await ends((client) => files.read(owner, at, client), 'a file');
  await ends((client) => files.readTar(owner, at, client), 'a tar');
  await ends((client) => {
    const content = new PassThrough();
    content.write(Buffer.alloc(100_000));
    return files.write(owner, at, { content, size: undefined }, client);
  }, 'an upload');
}
