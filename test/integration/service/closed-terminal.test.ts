import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { BERTH } from '../../kit/service/berth-command.ts';
import { until } from '../../kit/basics/until.ts';

await t.test('a service whose terminal closes stops and leaves no process', async (t) => {
  const folder = t.testdir({});
  const command = [process.execPath, ...BERTH, 'serve'].join(' ');
  const terminal = spawn('script', ['--quiet', '--return', '--command', `exec ${command}`, '/dev/null'], {
    env: {
      ...process.env,
      BERTH_PORT: '0',
      BERTH_REGISTRY: 'off',
      BERTH_DATA_DIR: folder,
      BERTH_SUBNET_POOL: '10.99.240.0/20',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => terminal.kill('SIGKILL'));
  let output = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await until(() => output.includes('Berth is ready at'));
  const pid = /"pid":(\d+)/.exec(output)?.[1] ?? '';
  terminal.kill('SIGKILL');
  try {
    await until(async () => !(await isThere(pid)));
    t.pass('it has ended');
  } finally {
    if (await isThere(pid)) process.kill(Number(pid), 'SIGKILL');
  }
});

/** A zombie is only an unread process table entry, so it does not count. */
async function isThere(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: Z');
  return !/State:\s+Z/.test(status);
}
