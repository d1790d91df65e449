import { seededRandom } from './random.ts';

/** Longest random frame in bytes. A few are far longer. */
const MOST_BYTES = 64;
const LARGE_BYTES = 5_000;

/** Parts of hostile JSON. */
const HOSTILE = [
  '"__proto__":{"type":"ack"},',
  '"offset":1e999',
  '[[[[[[[[[[[[[[[[',
  '"\\ud800"',
  '-0',
  '\u0000',
  '\ufeff',
];

/**
 * Endless frames: `seeds` with some bytes changed, cut, doubled, joined or mixed with hostile text, and random bytes
 * between them. The same for the same seed.
 */
export function* fuzzFrames(
  seeds: readonly Buffer[],
  { frames, seed }: { frames: number; seed: number },
): Generator<Buffer> {
  const random = seededRandom(seed);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const oneOf = <T>(choices: readonly T[]) => choices[upTo(choices.length - 1)] as T;
  const noise = (length: number) => {
    const bytes = Buffer.alloc(length);
    for (let place = 0; place < length; place++) bytes[place] = upTo(255);
    return bytes;
  };

  const changes: ((frame: Buffer) => Buffer)[] = [
    (frame) => frame,
    (frame) => {
      if (frame.length > 0) frame[upTo(frame.length - 1)] = upTo(255);
      return frame;
    },
    (frame) => frame.subarray(0, upTo(frame.length)),
    (frame) => frame.subarray(upTo(frame.length)),
    (frame) => Buffer.concat([frame, oneOf(seeds)]),
    (frame) => {
      const at = upTo(frame.length);
      return Buffer.concat([frame.subarray(0, at), Buffer.from(oneOf(HOSTILE)), frame.subarray(at)]);
    },
    (frame) => Buffer.concat([frame.subarray(0, 1), noise(upTo(MOST_BYTES))]),
    () => noise(upTo(MOST_BYTES)),
  ];

  for (let made = 0; made < frames; made++) {
    let frame: Buffer = Buffer.from(oneOf(seeds));
    for (let change = upTo(3); change >= 0; change--) frame = oneOf(changes)(frame);
    if (made % 1_000 === 0) frame = Buffer.concat([frame, noise(LARGE_BYTES)]);
    yield frame;
  }
}
