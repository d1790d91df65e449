/** The bytes at the end of `bytes` that begin a character of UTF-8 whose rest is still to come. */
export function unfinishedCharacter(bytes: Buffer): Buffer {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const rest = bytes.subarray(bytes.length - length);
    const [first = 0] = rest;
    if ((first & 0xc0) === 0x80) continue;
    return lengthOfCharacter(first) > length ? rest : Buffer.alloc(0);
  }
  return Buffer.alloc(0);
}

/** How many bytes the character has that begins with this one in UTF-8. */
function lengthOfCharacter(first: number): number {
  if (first < 0xc0 || first >= 0xf8) return 1;
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}
