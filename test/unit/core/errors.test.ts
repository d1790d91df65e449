import { test } from 'tap';
import { fault, faultCodes, isFault } from '../../../src/core/errors.ts';

await test('a message is filled from its details', async (t) => {
  t.equal(
    fault('LAB_NOT_FOUND', { lab: 'x' }).message,
    'There is no lab "x". The query "labs" lists all labs.',
  );
});

await test('a missing value leaves its placeholder visible', async (t) => {
  t.match(fault('LAB_NOT_FOUND').message, '{lab}');
});

await test('a value is not read as a placeholder', async (t) => {
  t.match(fault('INPUT_INVALID', { problem: '{thing}' }).message, '{thing}');
});

await test('the cause is kept for the log', async (t) => {
  const cause = new Error('socket');
  t.equal(fault('ENGINE_UNREACHABLE', {}, cause).cause, cause);
});

await test('codes are distinguished', async (t) => {
  t.ok(isFault(fault('FORBIDDEN'), 'FORBIDDEN', 'NOT_FOUND'));
  t.notOk(isFault(fault('FORBIDDEN'), 'NOT_FOUND'));
  t.notOk(isFault(new Error('FORBIDDEN'), 'FORBIDDEN'));
});

await test('every code has an HTTP status and a message that ends like a sentence', async (t) => {
  for (const code of faultCodes) {
    const { status, message } = fault(code);
    t.ok(status >= 400 && status < 600, code);
    t.match(message, /[.}]$/, code);
  }
});
