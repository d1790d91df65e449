import type { Page, PageRequest } from '../../../core/paging.ts';
import { cursorFault, requirePageSize } from '../../../core/paging.ts';
import { inLanguage } from '../localized-text.ts';
import type { LabView } from '../lab-view.ts';

/** Labs in the order of the catalogue, for pagination. */
interface LabList {
  /** Returns a page, in a time that depends on the page size only. @throws INPUT_INVALID */
  page(request: PageRequest): Page<LabView>;
}

/** The sort key of a lab: the title in its default language, then the slug. */
interface SortKey {
  title: string;
  slug: string;
}

// Numeric order: "Lab 2" sorts before "Lab 10".
const byTitle = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Orders the labs by title. */
export function createLabList(labs: Iterable<LabView>): LabList {
  const items = inTitleOrder(labs).map((node) => {
    const key = keyOf(node);
    return { node, key, cursor: writeCursor(key) };
  });
  const indexes = new Map(items.map(({ cursor }, index) => [cursor, index]));

  function startOf(cursor: string): number {
    const index = indexes.get(cursor);
    // The lab may have been removed since the cursor was issued: continue at its position.
    return index === undefined ? firstAfter(readCursor(cursor)) : index + 1;
  }

  function firstAfter(key: SortKey): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = items[middle];
      if (item && compare(item.key, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    page({ first, after }) {
      requirePageSize(first);
      const start = after === undefined ? 0 : startOf(after);
      const page = items.slice(start, start + first).map(({ node, cursor }) => ({ node, cursor }));
      return { items: page, hasNextPage: start + first < items.length };
    },
  };
}

/** Sorts labs by title, then by slug. */
export function inTitleOrder<T extends Pick<LabView, 'slug' | 'title'>>(labs: Iterable<T>): T[] {
  return [...labs]
    .map((lab) => ({ lab, key: keyOf(lab) }))
    .sort((one, other) => compare(one.key, other.key))
    .map(({ lab }) => lab);
}

function keyOf({ slug, title }: Pick<LabView, 'slug' | 'title'>): SortKey {
  return { slug, title: inLanguage(title) };
}

function compare(one: SortKey, other: SortKey): number {
  return (
    byTitle.compare(one.title, other.title) || (one.slug < other.slug ? -1 : Number(one.slug > other.slug))
  );
}

function writeCursor({ slug, title }: SortKey): string {
  return Buffer.from(`${slug} ${title}`).toString('base64url');
}

function readCursor(cursor: string): SortKey {
  const [, slug, title] =
    /^([a-z0-9-]{1,63}) (.{1,200})$/u.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (slug === undefined || title === undefined) throw cursorFault();
  return { slug, title };
}
