import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import headless from '@xterm/headless';
import type { Terminal } from '@xterm/headless';
import t, { test } from 'tap';
import { WebSocket } from 'ws';
import type { TerminalConnection } from 'berth-terminal-client/connect-terminal';
import { startBerth } from '../../kit/service/berth-process.ts';
import { startSession } from '../../kit/sessions/started-session.ts';
import { until } from '../../kit/basics/until.ts';

const client = new URL('../../../packages/terminal-client/', import.meta.url);
const berth = await startBerth(t);
const session = await startSession(berth);

/** The README's example, which is for browsers, outside of one. */
async function readExample(): Promise<
  (emulator: Terminal, session: string, machine: string) => TerminalConnection
> {
  const readme = await readFile(new URL('README.md', client), 'utf8');
  const code = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
  const own = code
    .replace("import { Terminal } from '@xterm/xterm';", 'type Terminal = any;')
    .replaceAll('…/', new URL('src/', client).href)
    .replace('http://127.0.0.1:8080', berth.url)
    .replace('berth_…', berth.adminToken);
  const folder = await mkdtemp(join(tmpdir(), 'berth-readme-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'example.ts');
  await writeFile(file, `${own}\nexport { showTerminal };\n`);
  const { showTerminal } = await import(pathToFileURL(file).href);
  return showTerminal;
}

await test('the example of the client library shows a terminal, and does not answer old queries', async (t) => {
  globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;
  const showTerminal = await readExample();
  const emulator = new headless.Terminal({ rows: 20, cols: 70, allowProposedApi: true });
  const screen = () =>
    Array.from({ length: 20 }, (_, row) => emulator.buffer.active.getLine(row)?.translateToString(true)).join(
      '\n',
    );
  const connection = showTerminal(emulator, session, 'main');
  t.teardown(() => connection.close());
  await until(() => screen().includes('learner@main'));
  connection.input('clear; stty size; echo "made $((6 * 7))"\r');
  await until(() => /20 70\nmade 42/.test(screen()));
  connection.input('exit\r');
  await until(() => connection.state === 'ended');
});
