import { test } from 'tap';
import type { ByteSource } from '../../../../src/core/byte-source.ts';
import { exactSize } from '../../../../src/domains/files/file-reader.ts';
import { bytesOf } from '../../../kit/basics/bytes-of.ts';

/** Yields 1,000 bytes each time, `times` times, and counts. */
function thousands(times: number) {
  const seen = { reads: 0, closed: 0 };
  const source: ByteSource = {
    async read(memory) {
      if (seen.reads === times) return 0;
      seen.reads += 1;
      return Math.min(memory.length, 1_000);
    },
    async close() {
      seen.closed += 1;
    },
  };
  return { source, seen };
}

await test('a source that continues after its last byte is ended there', async (t) => {
  const { source, seen } = thousands(100);
  t.equal((await bytesOf(exactSize(source, 2_500))).length, 2_500);
  t.match(seen, { reads: 3, closed: 1 });
});

await test('an empty file is empty, whatever follows', async (t) => {
  const { source, seen } = thousands(100);
  t.equal((await bytesOf(exactSize(source, 0))).length, 0);
  t.match(seen, { reads: 0, closed: 1 });
});

await test('a source shorter than its size fails', async (t) => {
  t.equal((await bytesOf(exactSize(thousands(2).source, 2_000))).length, 2_000);
  const { source, seen } = thousands(2);
  await t.rejects(bytesOf(exactSize(source, 2_001)), { code: 'TRANSFER_INTERRUPTED' });
  t.equal(seen.closed, 1);
});
