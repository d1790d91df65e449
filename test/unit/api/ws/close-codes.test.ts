import { readFile } from 'node:fs/promises';
import { test } from 'tap';
import { fault, faultCodes } from '../../../../src/core/errors.ts';
import { closeCodes, CLOSE_EXITED, isRetryable, toFault } from '../../../../src/api/ws/close-codes.ts';

await test('the documented table of close codes matches the code', async (t) => {
  const text = await readFile(new URL('../../../../docs/terminal-protocol.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| (\d{4}) \| (.*) \| (yes|no) \|$/gm)];
  const documented = new Map<string, number>();
  for (const [, code, reasons, again] of rows) {
    t.equal(again === 'yes', isRetryable(Number(code)), `${code} says correctly whether to retry`);
    for (const [, reason] of (reasons ?? '').matchAll(/`([A-Z_]+)`/g)) {
      t.notOk(documented.has(reason ?? ''), `${reason} is listed once`);
      documented.set(reason ?? '', Number(code));
    }
  }
  t.same(Object.fromEntries(documented), closeCodes);
  t.ok(
    rows.some(([, code]) => Number(code) === CLOSE_EXITED),
    'the exit is listed',
  );
});

await test('endpoints can send every close code, and every reason fits into a close frame', (t) => {
  for (const code of faultCodes) {
    const closeCode = closeCodes[code];
    t.ok([1009, 1011, 1012, 1013].includes(closeCode) || (closeCode >= 4000 && closeCode <= 4999), code);
    t.ok(Buffer.byteLength(code) <= 123, code);
  }
  t.end();
});

await test('a broken connection is retried, an exited shell is not', (t) => {
  t.ok(isRetryable(1006));
  t.ok(isRetryable(1001));
  t.notOk(isRetryable(1000));
  t.notOk(isRetryable(4401));
  t.end();
});

await test('an error outside the catalogue reveals nothing', (t) => {
  t.equal(toFault(new Error('password=hunter2')).code, 'INTERNAL');
  t.notMatch(toFault(new Error('password=hunter2')).message, /hunter2/);
  t.equal(toFault(fault('TICKET_INVALID')).code, 'TICKET_INVALID');
  t.end();
});
