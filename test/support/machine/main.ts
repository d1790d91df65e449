/** Runs tap, for all tests or the files named, with everything that tests need running beside it. */
import { inspect } from 'node:util';
import { createSteps } from '../../../setup/steps.mjs';
import { endByHangup, HUNG_UP } from '../../../setup/end-by-hangup.mjs';
import { isFault } from '../../../src/errors.ts';
import { ensureMachine } from '../../../src/setup/machine.ts';
import { handOver } from '../../../setup/hand-over.mjs';
import { CHROMIUM, ensureTestPackages } from './packages.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { TAP } from './tap.ts';

const steps = createSteps({ output: process.stderr });
/** What was started, to be stopped in the opposite order. */
const started: (() => Promise<void>)[] = [];

async function run(files: readonly string[]): Promise<number> {
  const { engine } = await ensureMachine({
    env: process.env,
    steps,
    imagesFolder: 'images',
  });
  await steps.run('test packages', ensureTestPackages);
  const postgres = await startService('PostgreSQL', startPostgres);
  const redis = await startService('Redis', startRedis);
  return handOver(process.execPath, [...TAP, ...files], {
    env: {
      ...process.env,
      DOCKER_HOST: engine,
      BERTH_TEST_POSTGRES_URL: postgres,
      BERTH_TEST_REDIS_URL: redis,
      BERTH_TEST_CHROMIUM: CHROMIUM,
    },
  });
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

/** What was started is stopped, whatever happened; a signal before tap runs ends the process after it. */
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
