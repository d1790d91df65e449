/** Kinds of pictures that a page shows, by the ends of their names. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['avif', 'image/avif'],
  ['svg', 'image/svg+xml'],
]);

/** Most bytes of one picture, of all in one text, and of all in all texts of a lab: they become part of the page. */
export const PICTURE_LIMITS = { each: 256 * 1024, page: 512 * 1024, lab: 16 * 1024 * 1024 };

/** Whether a file is a picture, by its name. */
export function isPicture(path: string): boolean {
  return kindOf(path) !== undefined;
}

/** The picture as an address that brings it along; undefined for a file that is none by its name. */
export function pictureAddress(path: string, content: Buffer): string | undefined {
  const kind = kindOf(path);
  return kind === undefined ? undefined : `data:${kind};base64,${content.toString('base64')}`;
}

function kindOf(path: string): string | undefined {
  return KINDS.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
}
