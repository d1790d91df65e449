import { fault } from './errors.ts';
import type { Fault } from './errors.ts';

/** A request for a page of a list, as in Relay, forward only. */
export interface PageRequest {
  /** Maximum number of elements; services reject more than {@link PAGE_LIMIT} with INPUT_INVALID. */
  first: number;
  /** Opaque cursor of the last element of the previous page. */
  after?: string | undefined;
}

/** A page of a list. Each element has the cursor that continues after it. */
export interface Page<T> {
  items: { node: T; cursor: string }[];
  hasNextPage: boolean;
}

/** Returns the cursor from which the next page continues; undefined after the last page. */
export function nextCursor({ items, hasNextPage }: Page<unknown>): string | undefined {
  return hasNextPage ? items.at(-1)?.cursor : undefined;
}

/** Maximum number of elements of a page, so that one request cannot read a whole table. */
export const PAGE_LIMIT = 100;

/** Maximum length of an id; longer cursors are invalid. */
const MAX_ID_LENGTH = 64;

/**
 * Returns what to read for a page of rows ordered by id: one more row than requested, which shows whether there is a
 * next page.
 * @throws INPUT_INVALID for a size out of range or an invalid cursor
 */
export function pageWindow(page: PageRequest): { take: number; after: string | undefined } {
  requirePageSize(page.first);
  return { take: page.first + 1, after: page.after === undefined ? undefined : decodeCursor(page.after) };
}

/** @throws INPUT_INVALID for a size out of range */
export function requirePageSize(first: number): void {
  if (Number.isInteger(first) && first >= 1 && first <= PAGE_LIMIT) return;
  throw fault('INPUT_INVALID', { problem: `"first" is ${first}, but must be 1 to ${PAGE_LIMIT}.` });
}

/** Returns the error for an invalid cursor. */
export function cursorFault(): Fault {
  return fault('INPUT_INVALID', { problem: '"after" must be a cursor of an earlier page.' });
}

/** Creates the page from `rows`, which were read by {@link pageWindow}. */
export function toPage<T extends { id: string }>(rows: readonly T[], page: PageRequest): Page<T> {
  return {
    items: rows.slice(0, page.first).map((node) => ({ node, cursor: encodeCursor(node.id) })),
    hasNextPage: rows.length > page.first,
  };
}

function encodeCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!/^[\w-]+$/.test(id) || id.length > MAX_ID_LENGTH || encodeCursor(id) !== cursor) {
    throw cursorFault();
  }
  return id;
}

/** Maximum number of values in one statement: SQLite limits an expression to a depth of a thousand. */
export const BATCH = 200;

/** Yields all elements in order, in batches of at most `size`. */
export function* batches<T>(all: readonly T[], size = BATCH): Generator<T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}
