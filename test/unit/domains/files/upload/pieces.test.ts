import { Readable } from 'node:stream';
import { test } from 'tap';
import {
  createPieceMemories,
  PIECE_BYTES,
  piecesOf,
} from '../../../../../src/domains/files/upload/pieces.ts';

const LIMIT = 3 * PIECE_BYTES;
const of = (...pieces: Buffer[]) => Readable.from(pieces, { objectMode: false });

async function read(content: Readable, size: number | undefined): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  const limits = { limitBytes: LIMIT, inspection: undefined, memory: createPieceMemories().take(size) };
  for await (const piece of piecesOf({ content, size }, limits)) pieces.push(Buffer.from(piece));
  return pieces;
}

await test('an upload is cut into full pieces and a rest, with or without a known length', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 2 * PIECE_BYTES + 5 }, (_, at) => at % 251));
  for (const size of [bytes.length, undefined]) {
    const pieces = await read(
      of(bytes.subarray(0, 3), bytes.subarray(3, 100_000), bytes.subarray(100_000)),
      size,
    );
    t.same(
      pieces.map(({ length }) => length),
      [PIECE_BYTES, PIECE_BYTES, 5],
    );
    t.ok(Buffer.concat(pieces).equals(bytes));
  }
  t.same(
    (await read(of(Buffer.alloc(PIECE_BYTES)), undefined)).map(({ length }) => length),
    [PIECE_BYTES],
  );
  t.same(await read(of(), undefined), []);
  t.same(await read(of(), 0), []);
});

await test('an upload that is too long or differs from its length is rejected immediately', async (t) => {
  await t.rejects(read(of(), LIMIT + 1), { code: 'UPLOAD_TOO_LARGE' });
  await t.rejects(read(of(Buffer.alloc(LIMIT), Buffer.alloc(1)), undefined), { code: 'UPLOAD_TOO_LARGE' });
  await t.rejects(read(of(Buffer.alloc(5)), 6), { code: 'TRANSFER_INTERRUPTED' });
  await t.rejects(read(of(Buffer.alloc(5)), 4), { code: 'TRANSFER_INTERRUPTED' });
});

await test("a rejected upload's source stays open", async (t) => {
  const content = of(Buffer.alloc(5), Buffer.alloc(5));
  await t.rejects(read(content, 4));
  t.notOk(content.destroyed);
});
