import { test } from 'tap';
import { createJobLog, LOG_BYTES } from '../../../../../src/domains/images/jobs/job-report.ts';

await test('a log keeps the end of the output, in whole lines', (t) => {
  const log = createJobLog();
  log.add('first');
  log.add('with \0 in it');
  t.equal(log.text(), 'first\nwith \uFFFD in it\n');
  for (let line = 0; line < 20_000; line++) log.add(`${line} ${'é'.repeat(20)}`);
  const text = log.text();
  t.ok(Buffer.byteLength(text) <= LOG_BYTES && Buffer.byteLength(text) > LOG_BYTES - 100);
  t.match(text, /^\d+ é{20}\n/);
  t.ok(text.endsWith(`19999 ${'é'.repeat(20)}\n`));
  t.end();
});

await test('an endless line is truncated between characters', (t) => {
  const log = createJobLog();
  log.add(`x${'é'.repeat(100_000)}`);
  const text = log.text();
  t.match(text, /^xé+\n$/);
  t.ok(Buffer.byteLength(text) < 9_000);
  t.end();
});
