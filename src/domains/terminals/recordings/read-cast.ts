import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createGzip, gzipSync } from 'node:zlib';
import type { ByteSource } from '../../../core/byte-source.ts';
import { fault } from '../../../core/errors.ts';
import { castHeader } from './cast.ts';
import type { RecordingStore, StoredRecording } from './recording-store.ts';

/**
 * A recording's file, read a part at a time. For who wants it compressed it is compressed anew: browsers take but the
 * first of what is compressed each for itself.
 */
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
  const streams = [stored, createGunzip(), ...(gzip ? [createGzip({ level: constants.Z_BEST_SPEED })] : [])];
  const end = () => {
    for (const stream of streams) stream.destroy();
  };
  const last = pipeline(streams, () => undefined) as unknown as Readable;
  return sourceOf(last, end);
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
