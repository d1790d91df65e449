/** Runs all tests that need a machine, or the named files, with the servers that tests need. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { createSteps } from '../../../../setup/steps.mjs';
import { endByHangup, HUNG_UP } from '../../../../setup/end-by-hangup.mjs';
import { isFault } from '../../../../src/core/errors.ts';
import { ensureHost } from '../../../../src/host-setup/host.ts';
import { runFiles, testFilesIn } from '../files/run-files.ts';
import { openLedger, removeAbandoned } from './ledger.ts';
import { takeLeftovers } from './leftovers.ts';
import { CHROMIUM, ensureTestPackages } from './packages.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

/** Two more than the number of processors, because tests often wait for the engine. */
const JOBS = availableParallelism() + 2;
/** Time limit of a file, in seconds. One file solves all bundled labs and tampers with them. */
const TIMEOUT_S = 1_500;
/** Exit codes after the signals that ask to stop. */
const STOPS = { SIGINT: 130, SIGTERM: 143, SIGHUP: HUNG_UP };

const steps = createSteps({ output: process.stderr });
/** Started servers, stopped in reverse order. */
const started: (() => Promise<void>)[] = [];
const stop = new AbortController();

/** Sets up the engine and starts the servers. Returns the environment of tests. */
async function prepare() {
  const { engine } = await ensureHost({
    // Tests cover all optional features.
    env: { ...process.env, BERTH_NESTED_DOCKER: 'on', BERTH_REGISTRY: 'auto' },
    steps,
    imagesFolder: 'images',
  });
  for (const each of await removeAbandoned(engine))
    process.stderr.write(`removed from a killed run: ${each}\n`);
  await steps.run('test packages', ensureTestPackages);
  const postgres = await startService('PostgreSQL', startPostgres);
  const redis = await startService('Redis', startRedis);
  return {
    DOCKER_HOST: engine,
    BERTH_TEST_POSTGRES_URL: postgres,
    BERTH_TEST_REDIS_URL: redis,
    BERTH_TEST_CHROMIUM: CHROMIUM,
    BERTH_TEST_BUILT: 'yes',
  };
}

/** Runs the files. Returns the exit code, also if the stop signal ends the run early. */
async function run(named: readonly string[]): Promise<number> {
  const prepared = await Promise.race([prepare(), once(stop.signal, 'abort')]);
  if (!('DOCKER_HOST' in prepared)) return 1;
  const engine = prepared.DOCKER_HOST;
  const ledger = await openLedger(engine);
  const code = await runFiles(named.length > 0 ? named : testsOfMachine(), {
    jobs: JOBS,
    timeoutSeconds: TIMEOUT_S,
    signal: stop.signal,
    env: { ...prepared, BERTH_TEST_INSTALLATIONS: ledger.file },
  });
  const left = await takeLeftovers(ledger.file, engine);
  await ledger.remove();
  for (const each of left) process.stderr.write(`✘ left on the engine: ${each}\n`);
  return left.length > 0 ? code || 1 : code;
}

/** Lists all test files except unit tests. */
function testsOfMachine(): string[] {
  return ['contract', 'e2e', 'integration'].flatMap((folder) => testFilesIn(join('test', folder)));
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

/** Stops everything that was started, whatever happened. After a signal, leftovers of interrupted tests are removed. */
async function main(): Promise<number> {
  let stopCode: number | undefined;
  for (const [signal, code] of Object.entries(STOPS)) {
    process.on(signal, () => {
      stopCode ??= code;
      stop.abort();
    });
  }
  try {
    const code = await run(process.argv.slice(2));
    return stopCode ?? code;
  } catch (error) {
    process.stderr.write(`\n${isFault(error) ? error.message : inspect(error)}\n`);
    return stopCode ?? 1;
  } finally {
    for (const stopOne of started.toReversed()) await stopOne();
  }
}

const code = await main();
if (code === HUNG_UP) endByHangup();
else process.exit(code);
