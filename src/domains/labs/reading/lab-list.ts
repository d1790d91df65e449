import type { Page, PageRequest } from '../../../core/paging.ts';
import { cursorFault, requirePageSize } from '../../../core/paging.ts';
import { inLanguage } from '../in-language.ts';
import type { LabView } from '../lab-view.ts';

/** Labs in the order of the catalogue, ready to be given out page by page. */
export interface LabList {
  /** Costs as much as the page is long, however many labs there are. @throws INPUT_INVALID */
  page(request: PageRequest): Page<LabView>;
}

/** What orders labs: the title in the lab's default language. */
interface Place {
  title: string;
  slug: string;
}

// "Lab 2" comes before "Lab 10".
const byTitle = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Orders the labs by title. */
export function createLabList(labs: Iterable<LabView>): LabList {
  const items = [...labs]
    .map((node) => ({ node, place: { slug: node.slug, title: inLanguage(node.title) } }))
    .sort((one, other) => compare(one.place, other.place))
    .map((item) => ({ ...item, cursor: writeCursor(item.place) }));
  const indexes = new Map(items.map(({ cursor }, index) => [cursor, index]));

  function startOf(cursor: string): number {
    const index = indexes.get(cursor);
    // The lab may have gone since the cursor was given out: go on where it stood.
    return index === undefined ? firstAfter(readCursor(cursor)) : index + 1;
  }

  function firstAfter(place: Place): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = items[middle];
      if (item && compare(item.place, place) <= 0) low = middle + 1;
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

function compare(one: Place, other: Place): number {
  return (
    byTitle.compare(one.title, other.title) || (one.slug < other.slug ? -1 : Number(one.slug > other.slug))
  );
}

function writeCursor({ slug, title }: Place): string {
  return Buffer.from(`${slug} ${title}`).toString('base64url');
}

function readCursor(cursor: string): Place {
  const [, slug, title] =
    /^([a-z0-9-]{1,63}) (.{1,200})$/u.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (slug === undefined || title === undefined) throw cursorFault();
  return { slug, title };
}
