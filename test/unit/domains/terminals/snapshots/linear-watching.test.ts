import { test } from 'tap';
import { createModeWatch } from '../../../../../src/domains/terminals/snapshots/mode-watch.ts';
import { countReads } from '../../../../kit/terminals/counted-reads.ts';
import { hostileOutputs } from '../../../../kit/terminals/hostile-outputs.ts';

await test('the watcher of modes and titles reads each byte a bounded number of times', (t) => {
  for (const [name, unit] of Object.entries(hostileOutputs)) {
    for (const size of [1_000, 10_000, 100_000]) {
      const watch = createModeWatch();
      const { piece, reads } = countReads(Buffer.alloc(size, unit));
      watch.read(piece);
      t.ok(reads() <= 2 * size, `${name}: ${reads()} reads of ${size} bytes`);
      watch.read(Buffer.from('\x1b\\\x1b]2;still there\x07'));
      t.match(watch.sequences().toString(), 'still there', `${name}: later output is seen`);
    }
  }
  t.end();
});

await test('a title is copied once per piece, however often it is set', (t) => {
  const watch = createModeWatch();
  const titles = Array.from({ length: 10_000 }, (_, at) => `\x1b]0;${at}\x07`).join('');
  const { piece, reads } = countReads(Buffer.from(titles));
  watch.read(piece);
  t.equal(watch.sequences().toString(), '\x1b]2;9999\x1b\\');
  t.ok(reads() <= 2 * titles.length);
  t.end();
});
