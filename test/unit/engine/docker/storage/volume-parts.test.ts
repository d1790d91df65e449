import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import t from 'tap';
import { fromParts, toParts } from '../../../../../src/engine/docker/storage/volume-helper.ts';

const MIB = 1024 * 1024;

async function* chunks(count: number): AsyncGenerator<Buffer> {
  for (let number = 0; number < count; number++) yield Buffer.alloc(MIB, number);
}

await t.test('the parts join to the original stream', async (t) => {
  for (const count of [0, 1, 8, 17]) {
    const whole = await buffer(Readable.from(chunks(count)));
    t.ok(whole.equals(await buffer(fromParts(toParts(chunks(count))))), `${count} MiB`);
  }
});

await t.test('a reader that stops within a part fails nobody else', async (t) => {
  const received: unknown[] = [];
  const record = (error: unknown) => void received.push(error);
  process.on('uncaughtException', record);
  t.teardown(() => process.off('uncaughtException', record));
  const parts = toParts(chunks(24));
  const closed = new Promise((resolve) => parts.once('close', resolve));
  await new Promise((resolve) => parts.once('data', resolve));
  parts.destroy();
  await closed;
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.same(received, []);
});

await t.test('an error of the stream fails the parts with its reason', async (t) => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield* chunks(9);
    throw new Error('The disk is gone.');
  }
  await t.rejects(buffer(toParts(broken())), { message: 'The disk is gone.' });
});
