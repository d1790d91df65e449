import { test } from 'tap';
import { createOwnerLine } from '../../../../../src/domains/files/upload/receiver.ts';

const read = (...chunks: string[]) => {
  const { owner, add } = createOwnerLine();
  for (const chunk of chunks) add(Buffer.from(chunk));
  return owner;
};

await test('the first line says who owns the files, however it is split', async (t) => {
  t.same(await read('1000 50\n'), { uid: 1000, gid: 50 });
  t.same(await read('10', '00 5', '0\n81a4 1 2\n'), { uid: 1000, gid: 50 });
  t.same(await read('0 0\n', '5 5\n'), { uid: 0, gid: 0 });
});

await test('other output of a machine means no owner, and is not kept', async (t) => {
  for (const output of [
    '\n',
    'root root\n',
    '1000\n',
    '-1 0\n',
    ' 1 1\n',
    '1 1 1\n',
    '2097152 0\n',
    '0 2097152\n',
    '1'.repeat(64),
  ]) {
    t.equal(await read(output), undefined, output);
  }
});
