import { setTimeout as sleep } from 'node:timers/promises';
import t, { test } from 'tap';
import { compileSanitized } from '../../../kit/engine/native-programs.ts';
import { startLocalHolder } from '../../../kit/engine/local-holder.ts';

const BEGIN = '\u001b[200~';
const END = '\u001b[201~';
const INTERRUPT = '\u0003';

/** Often enough to show a race. */
const ROUNDS = 4;

/** More than the terminal holds unread. */
const LINES = [1, 300, 2_000];

/** More lines than can wait between a shell and its viewer. */
const MORE_THAN_WAITS = 16_000;

/** How long the viewer reads nothing, in milliseconds. */
const UNTAKEN_MS = 300;

const pasted = (lines: number) => 'echo "line that runs or not"\r'.repeat(lines);

const INTERRUPTED: Record<string, (lines: number) => string> = {
  'a paste and its end': (lines) => `${BEGIN}${pasted(lines)}${END}`,
  'a paste without its end': (lines) => `${BEGIN}${pasted(lines)}`,
  'two pastes': (lines) => `${BEGIN}${pasted(lines)}${END}${BEGIN}${pasted(1)}${END}`,
  'half a line': () => 'echo half',
};

const program = await compileSanitized(t, 'holder');

for (const [what, before] of Object.entries(INTERRUPTED)) {
  await test(`the command typed right after Ctrl+C runs, which ends ${what}`, async (t) => {
    const agent = await startLocalHolder(t, program, ['bash', '--norc', '--noprofile']);
    const shell = await agent.attached();
    await shell.prints('$ ');
    for (let round = 0; round < ROUNDS; round += 1) {
      shell.clear();
      const command = `echo "ran $((${round} * 7)) whole"\r`;
      shell.stream.write(`${before(LINES[round % LINES.length] ?? 1)}${INTERRUPT}${command}`);
      await shell.prints(`ran ${round * 7} whole`);
      t.notMatch(shell.printed(), /\nline that runs/);
    }
    shell.stream.write('exit 0\r');
    t.same(await shell.stream.over, { exitCode: 0 });
  });
}

await test('Ctrl+C waits for a shell whose viewer is slow to read its output of a paste', async (t) => {
  const agent = await startLocalHolder(t, program, ['bash', '--norc', '--noprofile']);
  const shell = await agent.attached();
  await shell.prints('$ ');
  shell.stream.write(`${BEGIN}${pasted(MORE_THAN_WAITS)}${END}${INTERRUPT}echo "ran $((6 * 7)) whole"\r`);
  await shell.prints('echo "line');
  shell.stream.pause();
  await sleep(UNTAKEN_MS);
  shell.stream.resume();
  await shell.prints('ran 42 whole');
  t.notMatch(shell.printed(), /\nline that runs/);
});

await test('each byte alone keeps the same order', async (t) => {
  const agent = await startLocalHolder(t, program, ['bash', '--norc', '--noprofile']);
  const shell = await agent.attached();
  await shell.prints('$ ');
  for (const byte of `${BEGIN}echo pasted\r${END}${INTERRUPT}echo $((6 * 7)) ran\r`) shell.stream.write(byte);
  await shell.prints('42 ran');
  t.notMatch(shell.printed(), /\npasted/);
});

await test('a program that reads Ctrl+C as text gets it in order and unchanged', async (t) => {
  const typed = `${BEGIN}text${END}${INTERRUPT}more${INTERRUPT}`;
  const read = `stty raw -echo; echo reads; head -c ${typed.length} | od -An -c -w64`;
  const agent = await startLocalHolder(t, program, ['sh', '-c', read]);
  const shell = await agent.attached();
  await shell.prints('reads');
  shell.stream.write(typed);
  await shell.prints('003\n');
  t.match(shell.printed().replaceAll(/ +/g, ''), '033[200~text033[201~003more003');
});

await test('a program that does not read a paste is interrupted anyway', async (t) => {
  const busy = 'trap "echo interrupted; exit 3" INT; echo runs; while :; do :; done';
  for (const command of [busy, 'echo runs; exec sleep 600']) {
    const agent = await startLocalHolder(t, program, ['bash', '-c', command]);
    const shell = await agent.attached();
    await shell.prints('runs');
    shell.stream.write(`${BEGIN}${pasted(1)}${END}${INTERRUPT}`);
    t.match(await shell.stream.over, { exitCode: command === busy ? 3 : 130 });
  }
});

await test('no signal waits for an earlier one that the program ignores', async (t) => {
  const busy = 'trap "" INT; echo runs; while :; do :; done';
  const agent = await startLocalHolder(t, program, ['sh', '-c', busy]);
  const shell = await agent.attached();
  await shell.prints('runs');
  shell.stream.write(`${INTERRUPT}${INTERRUPT}\u001c`);
  t.same(await shell.stream.over, { exitCode: 131 });
});

await test('waiting input is dropped with its viewer, and the next viewer types immediately', async (t) => {
  const busy = 'trap "" INT; echo runs; while :; do read -t 0.1 line && echo "read $line"; done';
  const agent = await startLocalHolder(t, program, ['bash', '-c', busy]);
  const first = await agent.attached();
  await first.prints('runs');
  first.stream.write(`${BEGIN}pasted\r${END}${INTERRUPT}lost`);
  first.stream.destroy();
  const second = await agent.attached();
  second.stream.write('\rtyped\r');
  await second.prints('read typed');
  t.pass();
});
