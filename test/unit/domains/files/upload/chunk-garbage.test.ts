import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'tap';
import { createChunkGarbage } from '../../../../../src/domains/files/upload/stream-upload.ts';

const CHUNK_BYTES = 64 * 1024;
const CHUNKS = 8_000;

await test('chunks of an upload are collected while they are young', async (t) => {
  let rounds = 0;
  const observer = new PerformanceObserver((list) => {
    const entries = list.getEntries() as unknown as { detail: { kind: number } }[];
    rounds += entries.filter(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MINOR).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const garbage = createChunkGarbage();
  for (let number = 0; number < CHUNKS; number += 1) {
    Buffer.allocUnsafeSlow(CHUNK_BYTES).fill(1, 0, 1);
    garbage.add(CHUNK_BYTES);
    if (number % 16 === 0) await turn();
  }
  await turn();
  observer.disconnect();
  const expected = (CHUNKS * CHUNK_BYTES) / (16 * 1024 * 1024);
  t.ok(rounds >= expected - 1, `${rounds} rounds, ${expected} asked for`);
});
