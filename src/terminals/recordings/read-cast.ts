import { Readable } from 'node:stream';
import { createGunzip, gzipSync } from 'node:zlib';
import type { ByteSource } from '../../byte-source.ts';
import { fault } from '../../errors.ts';
import { castHeader } from './cast.ts';
import type { RecordingStore, StoredRecording } from './recording-store.ts';

/** A recording's file, a part at a time: parts that are compressed each for itself are together, too. */
export function readCast(
  recording: StoredRecording,
  part: RecordingStore['part'],
  { gzip }: { gzip: boolean },
): ByteSource {
  async function* compressed(): AsyncGenerator<Buffer> {
    yield gzipSync(castHeader(recording));
    for (let place = 0; place < recording.parts; place++) {
      const content = await part(recording.id, place);
      // Deleted meanwhile: who reads must not take it for whole.
      if (!content) throw fault('RECORDING_NOT_FOUND');
      yield content;
    }
  }

  const stored = Readable.from(compressed(), { objectMode: false, highWaterMark: 1 });
  if (gzip) return sourceOf(stored, () => stored.destroy());
  const plain = createGunzip();
  stored.on('error', (error) => plain.destroy(error));
  return sourceOf(stored.pipe(plain), () => {
    stored.destroy();
    plain.destroy();
  });
}

function sourceOf(stream: Readable, end: () => void): ByteSource {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest = Buffer.alloc(0) as Buffer;
  return {
    async read(memory) {
      while (rest.length === 0) {
        const { value, done } = await chunks.next();
        if (done) return 0;
        rest = value;
      }
      const bytes = rest.copy(memory);
      rest = rest.subarray(bytes);
      return bytes;
    },
    async close() {
      end();
    },
  };
}
