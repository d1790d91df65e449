import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'tap';
import { ofSize } from '../../../src/files/sized.ts';

/** What never ends, and counts what was taken of it. */
function endless() {
  let taken = 0;
  const stream = new Readable({
    read() {
      taken += 1;
      this.push(Buffer.alloc(1024, 'x'));
    },
  });
  return { stream, taken: () => taken };
}

await test('what goes on after its last byte is ended there', async (t) => {
  const { stream, taken } = endless();
  t.equal((await buffer(ofSize(stream, 2500))).length, 2500);
  if (!stream.closed) await once(stream, 'close');
  t.ok(taken() < 100, 'and not read on');
});

await test('an empty file is empty, whatever comes', async (t) => {
  const { stream } = endless();
  t.equal((await buffer(ofSize(stream, 0))).length, 0);
  if (!stream.closed) await once(stream, 'close');
});

await test('what is shorter than it was said to be fails', async (t) => {
  t.equal((await buffer(ofSize(Readable.from([Buffer.from('four')]), 4))).length, 4);
  await t.rejects(buffer(ofSize(Readable.from([Buffer.from('four')]), 5)), { code: 'TRANSFER_INTERRUPTED' });
});

await test('whichever breaks takes the other along', async (t) => {
  const silent = new Readable({ read() {} });
  const sized = ofSize(silent, 10);
  sized.resume();
  sized.destroy();
  await once(silent, 'close');
  const broken = new Readable({ read() {} });
  const reading = buffer(ofSize(broken, 10));
  broken.destroy(new Error('broken'));
  await t.rejects(reading, { message: 'broken' });
});
