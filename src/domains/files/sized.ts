import type { ByteSource } from '../../core/byte-source.ts';
import { fault } from '../../core/errors.ts';

/** `source` as long as it was said to be: it ends after `size` bytes, however much more would come; one that is shorter fails. */
export function ofSize(source: ByteSource, size: number): ByteSource {
  let left = size;
  return {
    async read(memory) {
      if (left === 0) return 0;
      const bytes = await source.read(memory.subarray(0, left));
      if (bytes === 0) throw fault('TRANSFER_INTERRUPTED');
      left -= bytes;
      return bytes;
    },
    close: source.close,
  };
}
