import { test } from 'tap';
import { createClosing, finish } from '../../../src/core/lifecycle.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';

await test('closes resources once, in reverse order, even if one fails', async (t) => {
  const log = quietLog();
  const closing = createClosing({ log });
  const closed: string[] = [];
  closing.add('first', async () => void closed.push('first'));
  closing.add('second', async () => {
    throw new Error('stuck');
  });
  closing.add('third', async () => void closed.push('third'));
  await closing.close();
  await closing.close();
  t.same(closed, ['third', 'first']);
  t.match(log.lines, [{ level: 'error', details: { what: 'second', err: { message: 'stuck' } } }]);
});

await test('work that hangs is awaited up to a limit, and its later failure is logged', async (t) => {
  const log = quietLog();
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise((_, reject) => (fail = reject));
  await finish({ log, what: 'a call', work, limitMs: 20 });
  t.match(log.lines, [{ level: 'warn', details: { what: 'a call', limitMs: 20 } }]);
  fail(new Error('late'));
  await new Promise(setImmediate);
  t.match(log.lines[1], { level: 'error', details: { what: 'a call' } });
});
