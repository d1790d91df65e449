import { fault } from '../../../core/errors.ts';
import type { Upload } from '../file.ts';
import type { PieceMemory } from './piece-memory.ts';

/** Sees all of an upload before the machine does, and may throw. */
export interface Inspection {
  add(chunk: Buffer): void;
  end(): void;
}

/**
 * The chunks of an upload as they come.
 * @throws UPLOAD_TOO_LARGE, TRANSFER_INTERRUPTED when it is not as long as it was said to be, and what `inspection` throws
 */
export async function* chunksOf(
  { content, size }: Upload,
  { limitBytes, inspection }: { limitBytes: number; inspection: Inspection | undefined },
): AsyncGenerator<Buffer, void> {
  if (size !== undefined && size > limitBytes) throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
  let total = 0;
  // Left open when it is refused, since it may be the connection by which that is told.
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
 * An upload in pieces, each but the last as long as one of `memory`, in which they are. The memory of a
 * piece is used again for the one after the next: it is to be done with by then. @throws as {@link chunksOf}
 */
export async function* piecesOf(
  upload: Upload,
  { memory, ...rules }: { limitBytes: number; inspection: Inspection | undefined; memory: PieceMemory },
): AsyncGenerator<Buffer, void> {
  const room = memory[0].length;
  let [turn, filled] = [0, 0];
  for await (const chunk of chunksOf(upload, rules)) {
    for (let at = 0; at < chunk.length;) {
      const piece = memory[turn] as Buffer;
      const copied = chunk.copy(piece, filled, at);
      at += copied;
      filled += copied;
      if (filled < room) continue;
      yield piece;
      [turn, filled] = [1 - turn, 0];
    }
  }
  if (filled > 0) yield (memory[turn] as Buffer).subarray(0, filled);
}
