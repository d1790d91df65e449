const NOTHING = Buffer.alloc(0);

/** Creates a UTF-8 decoder for a stream that never splits a character. Invalid bytes become U+FFFD. */
export function createUtf8Decoder() {
  let pending: Buffer = NOTHING;
  return {
    take(bytes: Buffer): string {
      const all = pending.length > 0 ? Buffer.concat([pending, bytes]) : bytes;
      const rest = unfinishedCharacter(all);
      // Copy: the caller may reuse the memory of `bytes`.
      pending = rest.length > 0 ? Buffer.from(rest) : NOTHING;
      return all.toString('utf8', 0, all.length - rest.length);
    },
    /** Returns the number of pending bytes of an incomplete character. */
    pendingBytes: () => pending.length,
    /** Returns the incomplete character as text at the end of the stream. */
    end(): string {
      const text = pending.toString();
      pending = NOTHING;
      return text;
    },
  };
}

/** Returns the bytes at the end that start a UTF-8 character whose remaining bytes are missing. */
export function unfinishedCharacter(bytes: Buffer): Buffer {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const rest = bytes.subarray(bytes.length - length);
    const [first = 0] = rest;
    if ((first & 0xc0) === 0x80) continue;
    return lengthOfCharacter(first) > length ? rest : Buffer.alloc(0);
  }
  return Buffer.alloc(0);
}

/** Returns the length of a UTF-8 character by its first byte. */
function lengthOfCharacter(first: number): number {
  if (first < 0xc0 || first >= 0xf8) return 1;
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}
