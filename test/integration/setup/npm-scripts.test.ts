import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import t from 'tap';

/** Replaces the real program, and prints the signals that it gets. */
const PROGRAM = `
  process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); });
  setInterval(() => undefined, 1000);
  console.log('running', process.argv[2]);
`;

const { scripts } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));

for (const name of ['start', 'test']) {
  await t.test(`a supervisor that ends "npm ${name}" ends its program`, async (t) => {
    const folder = t.testdir({
      'package.json': JSON.stringify({ name: 'stand-in', scripts: { [name]: scripts[name] } }),
      setup: { 'run.mjs': PROGRAM },
    });
    const npm = spawn('npm', [name], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    while (!output.includes(`running ${name}`)) await once(npm.stdout, 'data');
    npm.kill('SIGTERM');
    await once(npm, 'close', { signal: AbortSignal.timeout(10_000) });
    t.match(output, /stopped/);
  });
}
