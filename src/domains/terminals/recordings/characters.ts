import { unfinishedCharacter } from '../unfinished-character.ts';

const NOTHING = Buffer.alloc(0);

/** Puts a stream's bytes into text, with no character of UTF-8 in two pieces; what is none becomes U+FFFD. */
export function createCharacters() {
  let begun: Buffer = NOTHING;
  return {
    take(bytes: Buffer): string {
      const all = begun.length > 0 ? Buffer.concat([begun, bytes]) : bytes;
      const rest = unfinishedCharacter(all);
      // The memory of `bytes` may be used again.
      begun = rest.length > 0 ? Buffer.from(rest) : NOTHING;
      return all.toString('utf8', 0, all.length - rest.length);
    },
    /** Bytes of a character that is not whole yet. */
    held: () => begun.length,
    /** What is left when no more follows. */
    end(): string {
      const text = begun.toString();
      begun = NOTHING;
      return text;
    },
  };
}
