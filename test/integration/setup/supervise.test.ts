import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import type { Test } from 'tap';

/** A process that supervises a shell with `script`, which finds the number of its start in `$n`. */
async function startSupervised(t: Test, script: string, firstPauseMs = 5) {
  const folder = await mkdtemp(join(tmpdir(), 'berth-test-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const starts = join(folder, 'starts');
  const counted = `echo x >> ${starts}; n=$(wc -l < ${starts}); ${script}`;
  const program = `
    import { supervise } from './setup/supervise.mjs';
    const options = { env: process.env, output: process.stdout, firstPauseMs: ${firstPauseMs} };
    process.exitCode = await supervise('sh', ['-c', ${JSON.stringify(counted)}], options);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'close', { signal: AbortSignal.timeout(20_000) });
  return {
    child,
    output: () => output,
    exitCode: async () => ((await exited) as [number | null])[0],
    starts: async () => (await readFile(starts, 'utf8')).length / 2,
  };
}

await test('a crashed service is restarted, and one that ends properly is not', async (t) => {
  const crashing = 'case $n in 1) kill -KILL $$;; 2) exit 70;; 3) kill -SEGV $$;; *) exit 0;; esac';
  const service = await startSupervised(t, crashing);
  t.equal(await service.exitCode(), 0);
  t.equal(await service.starts(), 4);
  t.match(service.output(), 'exit code 137');
  t.match(service.output(), 'exit code 70');
});

await test('a service that cannot start is not restarted, and one that once could is retried until it can', async (t) => {
  const wrong = await startSupervised(t, 'exit 1');
  t.equal(await wrong.exitCode(), 1);
  t.equal(await wrong.starts(), 1);

  const later = await startSupervised(t, '[ $n = 1 ] && exit 70; [ $n -lt 9 ] && exit 1; exit 0');
  t.equal(await later.exitCode(), 0);
  t.equal(await later.starts(), 9);
});

await test('a service that is asked to stop is not restarted, whatever its exit code', async (t) => {
  for (const [signal, code] of [
    ['SIGTERM', 70],
    ['SIGINT', 70],
    ['SIGHUP', 129],
  ] as const) {
    const name = signal.slice('SIG'.length);
    const service = await startSupervised(
      t,
      `trap 'exit 70' ${name}; echo ready; while :; do sleep 0.05; done`,
    );
    await once(service.child.stdout, 'data');
    service.child.kill(signal);
    t.equal(await service.exitCode(), code, signal);
    t.equal(await service.starts(), 1);
  }
});

await test('a signal ends the delay before a restart', async (t) => {
  const service = await startSupervised(t, 'exit 70', 60_000);
  await once(service.child.stdout, 'data');
  service.child.kill('SIGTERM');
  t.equal(await service.exitCode(), 143);
  t.equal(await service.starts(), 1);
});
