import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { limitedBody } from '../../../../src/api/http/tar-uploads.ts';

await test('a body within its limit arrives unchanged', async (t) => {
  const body = new PassThrough();
  const read = buffer(limitedBody(body, 6));
  body.write('abc');
  body.end('def');
  t.equal((await read).toString(), 'abcdef');
});

await test('one extra byte fails the body', async (t) => {
  const body = new PassThrough();
  const read = buffer(limitedBody(body, 5));
  body.end('abcdef');
  await t.rejects(read, { code: 'BODY_TOO_LARGE', details: { limit: 5 } });
});

await test('distinguishes a sender that disconnects or stalls from an end', async (t) => {
  const gone = new PassThrough();
  const read = buffer(limitedBody(gone, 100));
  gone.write('abc');
  await sleep(10);
  gone.destroy();
  await t.rejects(read, { code: 'UPLOAD_BROKEN', message: /disconnected/ });

  const silent = new PassThrough();
  const waited = buffer(limitedBody(silent, 100, 50));
  silent.write('abc');
  await t.rejects(waited, { code: 'UPLOAD_BROKEN', message: /no data arrived/ });
});

await test('a reader may be slow, or stop', async (t) => {
  const body = new PassThrough();
  const limited = limitedBody(body, 10_000_000, 50);
  for (let part = 0; part < 10; part++) body.write(Buffer.alloc(100_000));
  await sleep(200);
  t.equal(limited.destroyed, false);
  t.ok(limited.readableLength < 300_000, 'no more is received than read');
  limited.destroy();
  await sleep(10);
  t.equal(body.destroyed, false, 'an answer can still be sent');
});

await test('an unread body fails without a listener and without ending the process', async (t) => {
  for (const spoil of [
    (body: PassThrough) => body.destroy(),
    (body: PassThrough) => body.destroy(new Error('reset')),
    (body: PassThrough) => body.write('more than five bytes'),
    () => undefined,
  ]) {
    const body = new PassThrough();
    const limited = limitedBody(body, 5, 50);
    spoil(body);
    await sleep(120);
    t.ok(limited.destroyed);
    await t.rejects(buffer(limited), 'a late reader still gets the error');
  }
});
