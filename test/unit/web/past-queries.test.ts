import headless from '@xterm/headless';
import { test } from 'tap';
import { createPastQueries } from '../../../web/src/modules/terminal/past-queries.ts';
import { TERMINAL_QUERIES } from '../../kit/terminals/terminal-queries.ts';

function newTerminal() {
  const terminal = new headless.Terminal({
    allowProposedApi: true,
    windowOptions: { getWinSizeChars: true },
  });
  const past = createPastQueries(terminal);
  const answers: string[] = [];
  terminal.onData((text) => answers.push(text));
  const write = (text: string, silent: boolean) =>
    new Promise<void>((resolve) => past.write(Buffer.from(text), silent, resolve));
  return { terminal, answers, write };
}

await test('queries in replayed output get no answer, and new ones do', async (t) => {
  const { answers, write } = newTerminal();
  await write(TERMINAL_QUERIES.join(''), true);
  t.same(answers, []);
  for (const query of ['\x1b[c', '\x1b[6n', '\x1b[18t', '\x1bP$qm\x1b\\']) {
    answers.length = 0;
    await write(query, false);
    t.equal(answers.length, 1, JSON.stringify(query));
  }
});

await test('replayed and new output are distinguished in the order of the writes', async (t) => {
  const { answers, write } = newTerminal();
  await Promise.all([
    write('\x1b[6n', false),
    write('ab\x1b[6n', true),
    write('c\x1b[6n', false),
    write('\r\x1b[6n', true),
    write('', false),
  ]);
  t.same(answers, ['\x1b[1;1R', '\x1b[1;4R']);
});

await test('keys and screen output are not affected', async (t) => {
  const { terminal, answers, write } = newTerminal();
  const drawn = write('\x1b[2J\x1b[3;5Hthere\x1b[?2004h\x1b[?1h\x1b]0;a title?\x07', true);
  terminal.input('typed');
  await drawn;
  t.same(answers, ['typed']);
  t.equal(terminal.buffer.active.getLine(2)?.translateToString(true), '    there');
  t.ok(terminal.modes.bracketedPasteMode);
  t.ok(terminal.modes.applicationCursorKeysMode);
});

await test('focus reports start after the replayed output', async (t) => {
  const { terminal, write } = newTerminal();
  await write('\x1b[?1004h', true);
  t.notOk(terminal.modes.sendFocusMode, 'setting it would send a report immediately');
  await write('now', false);
  await write('', false);
  t.ok(terminal.modes.sendFocusMode);

  await write('\x1b[?1004l\x1b[?1004h\x1b[?1004l', true);
  await write('now', false);
  await write('', false);
  t.notOk(terminal.modes.sendFocusMode, 'the program turned it off');
});
