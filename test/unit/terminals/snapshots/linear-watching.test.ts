import { test } from 'tap';
import { createModeWatch } from '../../../../src/terminals/snapshots/mode-watch.ts';
import { countReads } from '../../../support/counted-reads.ts';

/** Outputs that make a watcher look at the same bytes again and again, if one can. */
const outputs: Record<string, string> = {
  'titles without an end': '\x1b]0;',
  'titles that are too long': `\x1b]0;${'x'.repeat(2_000)}`,
  titles: '\x1b]0;a\x07',
  'titles that ESC ends': '\x1b]2;\x1b\\',
  keypads: '\x1b=',
  modes: '\x1b[?1h',
  'many modes in a sequence': `\x1b[?${'1;'.repeat(30)}1h`,
  'modes without an end': '\x1b[?1;',
  'ESC alone': '\x1b',
  'an ESC now and then': `\x1b${'x'.repeat(40)}`,
  'plain text': 'yes\r\n',
};

await test('the watcher of modes and titles looks at each byte a bounded number of times, however much there is', (t) => {
  for (const [name, unit] of Object.entries(outputs)) {
    for (const size of [1_000, 10_000, 100_000]) {
      const watch = createModeWatch();
      const { piece, reads } = countReads(Buffer.alloc(size, unit));
      watch.see(piece);
      t.ok(reads() <= 2 * size, `${name}: ${reads()} reads of ${size} bytes`);
      watch.see(Buffer.from('\x1b\\\x1b]2;still there\x07'));
      t.match(watch.setting().toString(), 'still there', `${name}: what follows is seen`);
    }
  }
  t.end();
});

await test('a title is copied once for a piece, however many it sets', (t) => {
  const watch = createModeWatch();
  const titles = Array.from({ length: 10_000 }, (_, at) => `\x1b]0;${at}\x07`).join('');
  const { piece, reads } = countReads(Buffer.from(titles));
  watch.see(piece);
  t.equal(watch.setting().toString(), '\x1b]2;9999\x1b\\');
  t.ok(reads() <= 2 * titles.length);
  t.end();
});
