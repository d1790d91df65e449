import { test } from 'tap';
import { createPieceMemories, PIECE_BYTES } from '../../../../../src/domains/files/upload/pieces.ts';

await test('the memory of one upload serves the next, whatever its size', async (t) => {
  const memories = createPieceMemories();
  const memory = memories.take(undefined);
  t.same(
    memory.map(({ length }) => length),
    [PIECE_BYTES, PIECE_BYTES],
  );
  t.not(memory[0], memory[1]);
  memories.release(memory);
  t.equal(memories.take(5), memory);
});

await test('two simultaneous uploads never share memory, and the memory of a single one is kept', async (t) => {
  const memories = createPieceMemories();
  const [one, two] = [memories.take(PIECE_BYTES), memories.take(PIECE_BYTES)];
  t.equal(new Set([...one, ...two]).size, 4);
  memories.release(one);
  memories.release(two);
  t.equal(memories.take(undefined), two);
  const next = memories.take(undefined);
  t.notOk(next === one || next === two);
});

await test('a small upload uses only the memory it needs, which is not kept', async (t) => {
  const memories = createPieceMemories();
  const small = memories.take(5);
  t.same(
    small.map(({ length }) => length),
    [5, 5],
  );
  memories.release(small);
  t.not(memories.take(5), small);
});
