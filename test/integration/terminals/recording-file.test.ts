import { promisify } from 'node:util';
import { gunzipSync, inflateRaw } from 'node:zlib';
import { test } from 'tap';
import { system } from '../../../src/domains/identity/actor.ts';
import { bytesOf } from '../../kit/basics/bytes-of.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { recordingWorld } from '../../kit/terminals/recordings.ts';

const inflate = promisify(inflateRaw);
/** Length of gzip's header without a name, in bytes. */
const GZIP_HEADER = 10;

await test('a recording’s file, of many parts', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { service, record } = await recordingWorld(t, database);
  const { id, recorder } = await record();
  let at = 0;
  for (let round = 0; round < 12; round++) {
    const line = Buffer.from(`${round} ${'x'.repeat(20_000)}\r\n`);
    recorder.output(at, line);
    at += line.length;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await recorder.finish({ exitCode: 0 }, at);
  t.ok((await database.client.recordingPart.count()) > 1);
  const read = async (gzip: boolean) => bytesOf((await service.read(system, id, { gzip })).content);
  const plain = await read(false);

  await t.test('is one gzip stream if it is compressed, as browsers need it', async (t) => {
    const packed = await read(true);
    t.ok(gunzipSync(packed).equals(plain));
    const first = (await inflate(packed.subarray(GZIP_HEADER))) as Buffer;
    t.ok(first.equals(plain), 'a second one is empty');
  });

  await t.test('is not mistaken for complete if it is deleted meanwhile', async (t) => {
    const { content } = await service.read(system, id, { gzip: false });
    await service.delete(system, id);
    await t.rejects(bytesOf(content), { code: 'RECORDING_NOT_FOUND' });
  });
});
