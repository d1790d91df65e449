/** Runs tap for all tests that need a machine, or for the named files, with the servers that tests need. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { inspect } from 'node:util';
import { createSteps } from '../../../../setup/steps.mjs';
import { endByHangup, HUNG_UP } from '../../../../setup/end-by-hangup.mjs';
import { isFault } from '../../../../src/core/errors.ts';
import { ensureHost } from '../../../../src/host-setup/host.ts';
import { handOver } from '../../../../setup/hand-over.mjs';
import { takeLeftovers } from './leftovers.ts';
import { CHROMIUM, ensureTestPackages } from './packages.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { TAP } from './tap.ts';

const steps = createSteps({ output: process.stderr });
/** Started servers, stopped in reverse order. */
const started: (() => Promise<void>)[] = [];

async function run(named: readonly string[]): Promise<number> {
  const files = named.length > 0 ? named : await testsOfMachine();
  const { engine } = await ensureHost({
    // Tests cover all optional features.
    env: { ...process.env, BERTH_NESTED_DOCKER: 'on', BERTH_REGISTRY: 'auto' },
    steps,
    imagesFolder: 'images',
  });
  await steps.run('test packages', ensureTestPackages);
  const postgres = await startService('PostgreSQL', startPostgres);
  const redis = await startService('Redis', startRedis);
  const installations = await ledger();
  const code = await handOver(process.execPath, [...TAP, ...files], {
    env: {
      ...process.env,
      DOCKER_HOST: engine,
      BERTH_TEST_INSTALLATIONS: installations,
      BERTH_TEST_POSTGRES_URL: postgres,
      BERTH_TEST_REDIS_URL: redis,
      BERTH_TEST_CHROMIUM: CHROMIUM,
      BERTH_TEST_BUILT: 'yes',
    },
  });
  const left = await takeLeftovers(installations, engine);
  for (const each of left) process.stderr.write(`✘ left on the engine: ${each}\n`);
  return left.length > 0 ? code || 1 : code;
}

/** All test files except those that `test/kit/runner/unit` runs. */
async function testsOfMachine(): Promise<string[]> {
  const names = await readdir('test', { recursive: true });
  return names
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith(`unit${sep}`))
    .map((name) => join('test', name));
}

/** The file in which tests record their installations. It is removed at the end. */
async function ledger(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-installations-'));
  started.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'list');
  await writeFile(file, '');
  return file;
}

async function startService(
  name: string,
  start: () => Promise<{ url: string; stop: () => Promise<void> }>,
): Promise<string> {
  const { url } = await steps.run(name, async () => {
    const service = await start();
    started.push(service.stop);
    return { url: service.url, note: `on port ${new URL(service.url).port}` };
  });
  return url;
}

/** Stops everything that was started, whatever happened. A signal before tap runs ends the process after that. */
async function main(): Promise<number> {
  const interrupted = new Promise<number>((resolve) => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', HUNG_UP],
    ] as const) {
      process.once(signal, () => resolve(code));
    }
  });
  try {
    return await Promise.race([run(process.argv.slice(2)), interrupted]);
  } catch (error) {
    process.stderr.write(`\n${isFault(error) ? error.message : inspect(error)}\n`);
    return 1;
  } finally {
    for (const stop of started.toReversed()) await stop();
  }
}

const code = await main();
if (code === HUNG_UP) endByHangup();
else process.exit(code);
