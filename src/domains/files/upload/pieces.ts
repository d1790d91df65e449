import { fault } from '../../../core/errors.ts';
import type { Upload } from '../file.ts';

/** Inspects all bytes of an upload before the machine gets them, and throws to refuse it. */
export interface Inspection {
  add(chunk: Buffer): void;
  end(): void;
}

/**
 * Yields the chunks of an upload as they arrive.
 * @throws UPLOAD_TOO_LARGE, TRANSFER_INTERRUPTED if it is shorter or longer than announced, and any error of
 * `inspection`
 */
export async function* chunksOf(
  { content, size }: Upload,
  { limitBytes, inspection }: { limitBytes: number; inspection: Inspection | undefined },
): AsyncGenerator<Buffer, void> {
  if (size !== undefined && size > limitBytes) throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
  let total = 0;
  // Keep the stream open after a refusal: it may be the connection for the response.
  const chunks: AsyncIterable<Buffer> = content.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limitBytes) throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
    if (size !== undefined && total > size) throw fault('TRANSFER_INTERRUPTED');
    inspection?.add(chunk);
    yield chunk;
  }
  inspection?.end();
  if (size !== undefined && total !== size) throw fault('TRANSFER_INTERRUPTED');
}

/**
 * Yields an upload in pieces of the size of the buffers in `memory`; the last may be shorter. The memory of a piece is
 * reused for the one after the next.
 * @throws as {@link chunksOf}
 */
export async function* piecesOf(
  upload: Upload,
  { memory, ...rules }: { limitBytes: number; inspection: Inspection | undefined; memory: PieceMemory },
): AsyncGenerator<Buffer, void> {
  const length = memory[0].length;
  let [turn, filled] = [0, 0];
  for await (const chunk of chunksOf(upload, rules)) {
    for (let at = 0; at < chunk.length;) {
      const piece = memory[turn] as Buffer;
      const copied = chunk.copy(piece, filled, at);
      at += copied;
      filled += copied;
      if (filled < length) continue;
      yield piece;
      [turn, filled] = [1 - turn, 0];
    }
  }
  if (filled > 0) yield (memory[turn] as Buffer).subarray(0, filled);
}

/** Size of a piece in bytes: it fits into a processor cache. Two pieces of each upload are in memory. */
export const PIECE_BYTES = 2 * 1024 * 1024;

/** Two buffers of the same size: one is filled while the other is sent. */
type PieceMemory = readonly [Buffer, Buffer];

/**
 * Lends buffers for pieces to uploads, and reuses those of the last upload. V8 collects up to 64 MB of garbage outside
 * its heap cheaply, but then scans the whole heap repeatedly. New buffers for each upload exceeded that limit, and used
 * most of the processor time.
 */
export function createPieceMemories() {
  let spare: PieceMemory | undefined;

  return {
    /** Returns buffers for an upload of `size` bytes, if known. They may contain old data. */
    take(size: number | undefined): PieceMemory {
      const memory = spare;
      spare = undefined;
      if (memory) return memory;
      const length = Math.min(PIECE_BYTES, size ?? PIECE_BYTES);
      return [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)];
    },
    /** Returns the buffers: nobody may use them any more. */
    release(memory: PieceMemory): void {
      if (memory[0].length === PIECE_BYTES) spare = memory;
    },
  };
}
