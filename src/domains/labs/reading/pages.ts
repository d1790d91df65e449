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

/** Media types of pictures on pages, by file extension. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['avif', 'image/avif'],
  ['svg', 'image/svg+xml'],
]);

/** Limits in bytes of one picture, of the pictures in one text, and of those in all texts: they are embedded. */
export const PICTURE_LIMITS = { each: 256 * 1024, page: 512 * 1024, lab: 16 * 1024 * 1024 };

/** Whether the extension of a file is that of a picture. */
export function isPicture(path: string): boolean {
  return kindOf(path) !== undefined;
}

/** Returns the picture as a data URL; undefined if the file's extension is not that of a picture. */
export function pictureAddress(path: string, content: Buffer): string | undefined {
  const kind = kindOf(path);
  return kind === undefined ? undefined : `data:${kind};base64,${content.toString('base64')}`;
}

function kindOf(path: string): string | undefined {
  return KINDS.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}

export type PictureBudget = ReturnType<typeof createPictureBudget>;

/**
 * Limits the total size of embedded pictures in a lab. Every text in every language can embed the same file, so
 * without a limit a small folder could fill the memory.
 */
export function createPictureBudget() {
  let left = PICTURE_LIMITS.lab;
  return {
    /** Counts a picture. Returns a problem, and does not count it, if it exceeds the limit. */
    take(bytes: number): string | undefined {
      if (bytes > left) return TOO_MUCH;
      left -= bytes;
      return undefined;
    },
  };
}

const TOO_MUCH =
  `the pictures of this lab are larger than ${PICTURE_LIMITS.lab / 1024 / 1024} MiB in total, counting each one ` +
  'in every text and language that shows it: use fewer or smaller pictures';
