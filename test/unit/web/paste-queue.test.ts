import { test } from 'tap';
import { createPasteQueue } from '../../../web/src/modules/terminal/paste-queue.ts';
import { pastedLines, pastedText } from '../../../web/src/modules/terminal/pasted-text.ts';

const BEGIN = '\u001b[200~';
const END = '\u001b[201~';

/** Creates a queue whose shell reads its input on demand. */
function newQueue() {
  let sent = '';
  let waiting: number | undefined = 0;
  let answers = 0;
  let done: (() => void) | undefined;
  const progress: unknown[] = [];
  const queue = createPasteQueue(
    {
      send(text) {
        sent += text;
        if (waiting !== undefined) waiting += Buffer.byteLength(text);
      },
      waiting: () => waiting,
    },
    {
      onProgress: (now) => progress.push(now),
      answered() {
        answers += 1;
        return new Promise((resolve) => (done = resolve));
      },
    },
  );
  return {
    queue,
    progress,
    get sent() {
      return sent;
    },
    get answers() {
      return answers;
    },
    disconnect() {
      waiting = undefined;
    },
    take() {
      waiting = 0;
      queue.sendMore();
    },
    async answer() {
      done?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

await test('a long paste is sent in brackets as the shell reads it, and typed input follows it', (t) => {
  const shell = newQueue();
  const text = '한글 😀 '.repeat(40_000);
  shell.queue.paste(text, true);
  t.ok(Buffer.byteLength(shell.sent) < 100_000, 'the rest waits');
  t.match(shell.progress.at(-1), { of: text.length });
  shell.queue.input('typed');
  shell.queue.paste('second', true);
  while (shell.progress.at(-1)) shell.take();
  t.equal(shell.sent, `${BEGIN}${text}${END}typed${BEGIN}second${END}`, 'no character is split');
  shell.queue.input('!');
  t.ok(shell.sent.endsWith('!'));
  t.end();
});

await test('a paste waits for a connection', (t) => {
  const shell = newQueue();
  shell.disconnect();
  shell.queue.paste('text', false);
  shell.queue.input('\r');
  t.equal(shell.sent, '');
  shell.take();
  t.equal(shell.sent, 'text\r');
  t.end();
});

await test('Ctrl+C drops unsent text and ends a bracketed paste first, and typed input waits for both', async (t) => {
  const shell = newQueue();
  shell.queue.paste('a'.repeat(1_000_000), false);
  shell.queue.input('dropped');
  shell.queue.input('\u0003');
  shell.queue.input('b');
  t.equal(shell.sent.replaceAll('a', ''), '\u0003b');
  t.equal(shell.answers, 0);

  const bracketed = newQueue();
  bracketed.queue.paste('a'.repeat(1_000_000), true);
  bracketed.queue.input('\u0003');
  bracketed.queue.input('b');
  bracketed.take();
  t.ok(bracketed.sent.endsWith(`a${END}`));
  await bracketed.answer();
  t.ok(bracketed.sent.endsWith(`a${END}\u0003`));
  await bracketed.answer();
  t.ok(bracketed.sent.endsWith(`a${END}\u0003b`));
  t.equal(bracketed.progress.at(-1), undefined);
});

await test('pasted text has no control characters, and its lines end as Enter sends them', (t) => {
  t.equal(pastedText('a\r\nb\nc\td\u001b[201~\u0003\u0000\u007f\u009b한'), 'a\rb\rc\td[201~한');
  t.equal(pastedLines(pastedText('one\n')), 1);
  t.equal(pastedLines(pastedText('one\n\ntwo\n')), 3);
  t.end();
});
