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
