import { readCode } from 'berth-lab-format/pages';
import type { CodeInPage } from 'berth-lab-format/pages';

const KIB = 1024;

/**
 * Limits in characters of one page, and of all different pages of a lab, not counting embedded pictures. Ordinary
 * pages are a hundredth of this. A hostile page takes up to 5 µs per character to parse.
 */
export const PAGE_LIMITS = { each: 256 * KIB, lab: 2048 * KIB };

/** A picture that is embedded in a page, as in imported labs. Base64 is parsed quickly. */
const EMBEDDED = /data:image\/[a-z+]{1,20};base64,[a-z\d+/=]*/gi;

/** Finds the code in a page of a lab, or explains why the page is too large. */
export type PageReader = (text: string) => CodeInPage | { problem: string };

/** Creates a reader for the pages of one lab. A page that several steps or languages share is parsed once. */
export function createPageReader(): PageReader {
  const known = new Map<string, CodeInPage>();
  let left = PAGE_LIMITS.lab;
  return (text) => {
    const before = known.get(text);
    if (before) return before;
    const length = text.replaceAll(EMBEDDED, '').length;
    if (length > PAGE_LIMITS.each) {
      return { problem: `the text is longer than ${PAGE_LIMITS.each / KIB} Ki characters: split it` };
    }
    if (length > left) {
      return {
        problem: `the texts of this lab are longer than ${PAGE_LIMITS.lab / KIB} Ki characters in total`,
      };
    }
    left -= length;
    const code = readCode(text);
    known.set(text, code);
    return code;
  };
}
