import { createHash } from 'node:crypto';
import type { LocalizedText } from './localized-text.ts';

/** Letters of the digest of a hint's text: a step has twenty hints at most. */
const DIGEST_LETTERS = 12;

/**
 * The ids of a step's hints: what the author called them, or else what follows from their text in the lab's
 * default language, so that a hint stays the same wherever it stands among the others.
 */
export function hintIds(hints: readonly { id?: string | undefined; text: LocalizedText }[]): string[] {
  const seen = new Map<string, number>();
  return hints.map(({ id, text }) => {
    if (id !== undefined) return id;
    const digest = createHash('sha256')
      .update(Object.values(text)[0] ?? '')
      .digest('hex')
      .slice(0, DIGEST_LETTERS);
    const times = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, times);
    return times === 1 ? digest : `${digest}-${times}`;
  });
}
