import { connectDocker, openRawShell } from './raw-docker.ts';

/*
 * Opens shells with a plain client in a separate process and reports the memory of each, in bytes.
 * Arguments: the engine's address ("" for the default), the number of shells, the containers.
 */
const [host, count, ...containers] = process.argv.slice(2);
const docker = connectDocker(host === '' ? undefined : host);
const collect = globalThis.gc;
if (!collect) throw new Error('Start it with --expose-gc.');

async function open(number: number) {
  const stream = await openRawShell(docker.getContainer(containers[number % containers.length] ?? ''));
  stream.on('data', () => undefined);
  return stream;
}

async function settled(): Promise<number> {
  for (let time = 0; time < 2; time++) {
    collect?.();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return process.memoryUsage().rss;
}

const held = [];
for (let number = 0; number < 20; number++) held.push(await open(number));
const before = await settled();
for (let number = 0; number < Number(count); number++) held.push(await open(number));
await new Promise((resolve) => setTimeout(resolve, 1_000));
const bytes = ((await settled()) - before) / Number(count);
await new Promise((resolve) => process.send?.({ bytes }, resolve));
// The caller removes the machines, which ends the shells.
process.exit();
