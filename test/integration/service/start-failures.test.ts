import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { Test } from 'tap';
import { redisUrl } from '../../kit/database/buses.ts';
import { bundledLab } from '../../kit/labs/lab-folders.ts';
import { BERTH } from '../../kit/service/berth-command.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Longest time for a failing start, in milliseconds. A hanging service is ended then. */
const LIMIT_MS = 90_000;

/** Starts a service that must fail, with Redis, whose connections could keep it alive. */
async function failedStart(t: Test, settings: Record<string, string>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-test-'));
  t.teardown(() => rm(dataDir, { recursive: true, force: true }));
  const child = spawn(process.execPath, [...BERTH, 'serve'], {
    cwd: root,
    env: {
      ...process.env,
      BERTH_DATA_DIR: dataDir,
      BERTH_LABS_DIR: await bundledLab(t),
      BERTH_LOG_LEVEL: 'silent',
      BERTH_PORT: '0',
      BERTH_REGISTRY: 'off',
      REDIS_URL: redisUrl(),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, printed: printed.trim() };
}

await test('a port in use is reported in one message, and the service ends', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  t.same(await failedStart(t, { BERTH_PORT: String(port) }), {
    exitCode: 1,
    printed: `BERTH_PORT ${port} is already in use. Stop the program that listens there, or set another port.`,
  });
});

await test('an address of another machine is reported, and the service ends', async (t) => {
  const { exitCode, printed } = await failedStart(t, { BERTH_HOST: '192.0.2.77' });
  t.equal(exitCode, 1);
  t.match(printed, /^BERTH_HOST 192\.0\.2\.77 is not an address of this host\. .*$/);
});

await test('a missing lab folder or a small subnet pool ends the service, with nothing left open', async (t) => {
  for (const [name, value] of [
    ['BERTH_LABS_DIR', '/no/such/folder'],
    ['BERTH_SUBNET_POOL', '10.231.0.0/30'],
  ] as const) {
    const { exitCode, printed } = await failedStart(t, { [name]: value });
    t.equal(exitCode, 1, printed);
    t.match(printed, /^.*(BERTH_LABS_DIR|BERTH_SUBNET_POOL|no\/such\/folder).*$/);
  }
});
