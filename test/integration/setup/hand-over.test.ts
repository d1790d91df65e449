import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';

/** A process that hands over to a shell with `script`, and exits with its exit code. */
function startHandOver(script: string) {
  const program = `
    import { handOver } from './setup/hand-over.mjs';
    process.exitCode = await handOver('sh', ['-c', ${JSON.stringify(script)}], { env: process.env });
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

for (const [signal, code] of [
  ['SIGTERM', 7],
  ['SIGINT', 8],
] as const) {
  await t.test(`${signal} reaches the program, whose exit code counts`, async (t) => {
    const name = signal.slice('SIG'.length);
    const child = startHandOver(`trap 'exit ${code}' ${name}; echo ready; while :; do sleep 0.05; done`);
    t.teardown(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    child.kill(signal);
    t.strictSame(await once(child, 'exit', { signal: AbortSignal.timeout(10_000) }), [code, null]);
  });
}

await t.test('a hang-up reaches the program and is reported, whatever its exit code', async (t) => {
  const child = startHandOver(`trap 'echo ended; exit 9' HUP; echo ready; while :; do sleep 0.05; done`);
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child.stdout, 'data');
  child.kill('SIGHUP');
  t.strictSame(await once(child, 'exit', { signal: AbortSignal.timeout(10_000) }), [129, null]);
  t.equal(output, 'ready\nended\n');
});

await t.test('the exit code of a program that a signal ended is 128 plus its number', async (t) => {
  t.strictSame(await once(startHandOver('kill -KILL $$'), 'exit'), [137, null]);
});
