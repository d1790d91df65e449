const LINE_FEED = 0x0a;
const ESC = 0x1b;

/** How far from the beginning a line feed is looked for, in bytes: little of what is kept is given up for it. */
const SEARCHED = 4 * 1024;

/**
 * `output` from the first place on where surely no sequence and no character was cut in two. Output that is
 * no longer kept may have ended in the middle of either.
 */
export function fromSafePlace(output: Uint8Array): Uint8Array {
  const end = output.subarray(0, SEARCHED).indexOf(LINE_FEED);
  if (end >= 0) return output.subarray(end + 1);
  const sequence = output.indexOf(ESC);
  if (sequence >= 0) return output.subarray(sequence);
  let start = 0;
  while (start < 3 && isContinuation(output[start])) start++;
  return output.subarray(start);
}

function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}
