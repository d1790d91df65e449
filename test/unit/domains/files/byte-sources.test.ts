import { test } from 'tap';
import type { ByteSource } from '../../../../src/core/byte-source.ts';
import { withFirstBytes, takeFirstLine } from '../../../../src/domains/files/file-reader.ts';
import { bytesOf } from '../../../kit/basics/bytes-of.ts';

/** Yields the given pieces. */
function of(...pieces: string[]): ByteSource {
  const left = pieces.map((piece) => Buffer.from(piece));
  return {
    async read(memory) {
      const piece = left.shift() ?? Buffer.alloc(0);
      const bytes = piece.copy(memory);
      if (bytes < piece.length) left.unshift(piece.subarray(bytes));
      return bytes;
    },
    async close() {},
  };
}

await test('takes the first line, however the bytes are split', async (t) => {
  for (const pieces of [
    ['line\nrest'],
    ['li', 'ne\n', 're', 'st'],
    ['line', '\n', 'rest'],
    ['l', 'ine\nrest'],
  ]) {
    const { line, rest } = await takeFirstLine(of(...pieces), 4);
    t.equal(line, 'line');
    t.equal((await bytesOf(rest)).toString(), 'rest');
  }
  const { rest } = await takeFirstLine(of('\n'), 4);
  t.equal((await bytesOf(rest)).length, 0);
});

await test('an overlong or unfinished line is rejected', async (t) => {
  for (const pieces of [['lines\n'], ['line', 's\n'], ['line'], []]) {
    await t.rejects(takeFirstLine(of(...pieces), 4), { code: 'TRANSFER_INTERRUPTED' }, pieces.join(' '));
  }
});

await test('bytes after the line are complete, and can be read in pieces of any size', async (t) => {
  const source = await withFirstBytes(of('beginning', ' and end'));
  const memory = Buffer.alloc(4);
  let output = '';
  for (let bytes = await source.read(memory); bytes > 0; bytes = await source.read(memory)) {
    output += memory.toString('utf8', 0, bytes);
  }
  t.equal(output, 'beginning and end');
});
