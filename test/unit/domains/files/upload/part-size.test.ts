import { test } from 'tap';
import { nextPart } from '../../../../../src/domains/files/upload/parts.ts';
import { PIECE_BYTES } from '../../../../../src/domains/files/upload/pieces.ts';

const MB = 1024 * 1024;
const sizeOf = (left: number | undefined, paceMs: number, number = 0, first = PIECE_BYTES) =>
  nextPart({ first, left, paceMs, number }).size;

await test('a fast upload is one part, and a slow one has parts of one second', async (t) => {
  t.equal(sizeOf(200 * MB, 10), 200 * MB);
  t.equal(sizeOf(200 * MB, 40), 200 * MB, 'four seconds');
  t.equal(sizeOf(200 * MB, 100), 20 * MB, 'ten seconds');
  t.equal(sizeOf(200 * MB, 5_000), PIECE_BYTES, 'slower than a piece a second');
  t.equal(sizeOf(30 * MB, 100, 3), 20 * MB, 'a later part is no longer than others');
  t.equal(sizeOf(5 * MB, 100, 3), 5 * MB, 'nor than the rest');
});

await test('no part is longer than the padding limit', async (t) => {
  t.equal(sizeOf(1024 * MB, 0.01), 256 * MB);
  t.equal(sizeOf(768 * MB, 0.01, 1), 256 * MB);
});

await test('in an upload of unknown length, a short piece is the last, and few follow a full one', async (t) => {
  t.equal(sizeOf(undefined, 10, 0, 5), 5);
  t.equal(sizeOf(undefined, 10), 8 * MB);
  t.equal(sizeOf(undefined, 600, 1), PIECE_BYTES);
});

await test('a client may slow down as long as the machine can wait', async (t) => {
  t.equal(nextPart({ first: PIECE_BYTES, left: 200 * MB, paceMs: 1, number: 0 }).patienceMs, 5_000);
  t.equal(nextPart({ first: PIECE_BYTES, left: 200 * MB, paceMs: 100, number: 1 }).patienceMs, 2_000);
});
