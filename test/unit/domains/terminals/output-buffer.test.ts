import t from 'tap';
import { createOutputBuffer } from '../../../../src/domains/terminals/output-buffer.ts';

/** Each byte contains its own number. */
const bytes = (from: number, to: number) =>
  Buffer.from(Array.from({ length: to - from }, (_, index) => (from + index) % 251));

await t.test('keeps the newest bytes under their numbers, in pieces of any size', (t) => {
  for (const start of [0, 12_345]) {
    const gone: Buffer[] = [];
    const buffer = createOutputBuffer(10_000, {
      offset: start,
      onDiscard: (piece) => gone.push(Buffer.from(piece)),
    });
    let next = start;
    for (const length of [1, 5, 4_000, 200, 1, 9_999, 10_000, 10_001, 3, 25_000, 0, 7_777, 6_000]) {
      buffer.add(bytes(next, next + length));
      next += length;
      t.equal(buffer.next, next);
      t.ok(buffer.all().equals(bytes(buffer.first, next)), `after ${length} more`);
    }
    t.equal(buffer.first, next - 10_000);
    t.ok(Buffer.concat(gone).equals(bytes(start, buffer.first)), 'and reports the evicted bytes');
    const target = Buffer.alloc(101);
    t.equal(buffer.copy(next - 5_000, target, 1), 100);
    t.ok(target.subarray(1).equals(bytes(next - 5_000, next - 4_900)));
    t.equal(buffer.copy(next - 10, target, 0), 10, 'no more than the capacity');
  }
  t.end();
});

await t.test('uses little memory for little output, and loses nothing as it grows', (t) => {
  const buffer = createOutputBuffer(1_000_000);
  for (let at = 0; at < 300_000; at += 997) buffer.add(bytes(at, at + 997));
  t.equal(buffer.first, 0);
  t.ok(buffer.all().equals(bytes(0, buffer.next)));
  t.equal(createOutputBuffer(1000).all().length, 0);
  t.end();
});
