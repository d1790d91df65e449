import { Readable } from 'node:stream';
import { test } from 'tap';
import { createPartMemories, PART_BYTES } from '../../../src/files/part-memory.ts';
import { partsOf } from '../../../src/files/parts.ts';

const LIMIT = 3 * PART_BYTES;
const of = (...pieces: Buffer[]) => Readable.from(pieces, { objectMode: false });

async function read(content: Readable, size: number | undefined): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  const limits = { limitBytes: LIMIT, inspection: undefined, memory: createPartMemories().take(size) };
  for await (const part of partsOf({ content, size }, limits)) parts.push(Buffer.from(part));
  return parts;
}

await test('an upload is cut into full parts and a rest, whether its length is told or not', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 2 * PART_BYTES + 5 }, (_, at) => at % 251));
  for (const size of [bytes.length, undefined]) {
    const parts = await read(
      of(bytes.subarray(0, 3), bytes.subarray(3, 100_000), bytes.subarray(100_000)),
      size,
    );
    t.same(
      parts.map(({ length }) => length),
      [PART_BYTES, PART_BYTES, 5],
    );
    t.ok(Buffer.concat(parts).equals(bytes));
  }
  t.same(
    (await read(of(Buffer.alloc(PART_BYTES)), undefined)).map(({ length }) => length),
    [PART_BYTES],
  );
  t.same(await read(of(), undefined), []);
  t.same(await read(of(), 0), []);
});

await test('one that is too long, or not as long as was said, is refused as soon as that is known', async (t) => {
  await t.rejects(read(of(), LIMIT + 1), { code: 'UPLOAD_TOO_LARGE' });
  await t.rejects(read(of(Buffer.alloc(LIMIT), Buffer.alloc(1)), undefined), { code: 'UPLOAD_TOO_LARGE' });
  await t.rejects(read(of(Buffer.alloc(5)), 6), { code: 'TRANSFER_INTERRUPTED' });
  await t.rejects(read(of(Buffer.alloc(5)), 4), { code: 'TRANSFER_INTERRUPTED' });
});

await test('what it was read from stays open where it is refused', async (t) => {
  const content = of(Buffer.alloc(5), Buffer.alloc(5));
  await t.rejects(read(content, 4));
  t.notOk(content.destroyed);
});
