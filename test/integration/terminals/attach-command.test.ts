import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { startSession } from '../../kit/sessions/started-session.ts';
import { BERTH } from '../../kit/service/berth-command.ts';
import { until } from '../../kit/basics/until.ts';

const berth = await startBerth(t);
const session = await startSession(berth);

/**
 * Runs the command in its own terminal, like a user at a keyboard. Its exit code and the terminal's modes come last.
 */
function attach(...args: string[]) {
  const command = [process.execPath, ...BERTH, 'attach', session, '--url', berth.url, ...args];
  const script = `stty rows 30 cols 90; ${command.map((word) => `'${word}'`).join(' ')}; echo "ended with $?"; stty -a`;
  const child = spawn('script', ['-qec', script, '/dev/null'], {
    env: { ...process.env, BERTH_TOKEN: berth.adminToken, SHELL: '/bin/sh' },
  });
  const closed = once(child, 'close');
  t.teardown(() => child.kill());
  let screen = '';
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  return {
    get screen() {
      return screen;
    },
    shows: (text: string | RegExp) =>
      until(() => (typeof text === 'string' ? screen.includes(text) : text.test(screen))),
    type: (text: string) => child.stdin.write(text),
    ended: () => closed,
  };
}

await test("a shell in the machine has the terminal's size, and its exit code is returned", async (t) => {
  const tty = attach();
  await tty.shows('learner@main');
  tty.type('stty size; echo "made $((6 * 7))"\r');
  await tty.shows(/30 90\s+made 42/);
  tty.type('exit 3\r');
  await tty.shows('ended with 3');
  await tty.ended();
  t.match(tty.screen, / icanon/, 'keys arrive in lines again');
  t.match(tty.screen, / echo /);
});

await test('Ctrl-] leaves the shell running, and a second command returns to it', async (t) => {
  const tty = attach();
  await tty.shows('learner@main');
  tty.type('mine=kept; printf "\\033[6n"\r');
  tty.type('echo "set $mine"\r');
  await tty.shows('set kept');
  tty.type('\u001d');
  await tty.shows('ended with 0');
  const [, terminal] = /--terminal (\S+)/.exec(tty.screen) ?? [];
  await tty.shows(/ icanon/);

  const again = attach('--terminal', String(terminal));
  await again.shows('set kept');
  again.type('echo "still $mine"\r');
  await again.shows('still kept');
  t.notOk(again.screen.includes('\u001b[6n'), 'an old query is not repeated');
  again.type('exit\r');
  await again.shows('ended with 0');
});

await test('recorded users are notified when they join and leave', async (t) => {
  const record = async (recorded: boolean) =>
    berth.graphql(
      'mutation ($recorded: Boolean!) { recordCollection(input: { collection: "linux-command-line", recorded: $recorded }) { collections { collection } } }',
      { recorded },
    );
  t.same(await record(true), { recordCollection: { collections: [{ collection: 'linux-command-line' }] } });
  const tty = attach();
  await tty.shows('learner@main');
  t.match(tty.screen, /\[Recorded: the output of this terminal\.\]/);
  tty.type('\u001d');
  await tty.shows('You left the terminal. It is recorded.');
  await tty.shows('ended with 0');
  t.same(await record(false), { recordCollection: { collections: [] } });
});

await test('an error is one line', async (t) => {
  const gone = attach('--terminal', '00000000000000000000000000');
  await gone.shows('ended with 1');
  t.match(gone.screen, /There is no such terminal/);
  await gone.shows(/ icanon/);

  const piped = spawn(process.execPath, [...BERTH, 'attach', session, '--url', berth.url], {
    env: { ...process.env, BERTH_TOKEN: berth.adminToken },
  });
  let output = '';
  piped.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  t.same(await once(piped, 'close'), [1, null]);
  t.match(output, /needs a terminal/);
});
