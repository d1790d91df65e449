import type { EngineImage } from '../../engine/engine-images.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { cursorFault, requirePageSize } from '../../core/paging.ts';

/** Where an image stands in a list. */
type Place = Pick<EngineImage, 'id' | 'createdAt'>;

/** A page of images, newest first; one may have gone since its cursor was given out. Pure. @throws INPUT_INVALID */
export function pageOfImages(
  images: readonly EngineImage[],
  { first, after }: PageRequest,
): Page<EngineImage> {
  requirePageSize(first);
  const ordered = images.toSorted(compare);
  const seen = after === undefined ? undefined : readCursor(after);
  const rest = seen ? ordered.filter((image) => compare(image, seen) > 0) : ordered;
  return {
    items: rest.slice(0, first).map((node) => ({ node, cursor: writeCursor(node) })),
    hasNextPage: rest.length > first,
  };
}

function compare(one: Place, other: Place): number {
  const age = other.createdAt.getTime() - one.createdAt.getTime();
  return age || (one.id < other.id ? -1 : Number(one.id > other.id));
}

function writeCursor({ id, createdAt }: Place): string {
  return Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');
}

function readCursor(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, time, id] = /^(\d{1,15}) ([\w:]{1,100})$/.exec(text) ?? [];
  if (time === undefined || id === undefined) throw cursorFault();
  return { id, createdAt: new Date(Number(time)) };
}
