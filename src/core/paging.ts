import { fault } from './errors.ts';
import type { Fault } from './errors.ts';

/** Which part of a list is asked for, as Relay has it: forward only. */
export interface PageRequest {
  /** At most this many; services refuse more than {@link PAGE_LIMIT} with INPUT_INVALID. */
  first: number;
  /** Opaque cursor of the last element already seen. */
  after?: string | undefined;
}

/** A part of a list, each element with the cursor that continues after it. */
export interface Page<T> {
  items: { node: T; cursor: string }[];
  hasNextPage: boolean;
}

/** Most elements of one page: keeps one request from reading a whole table. */
export const PAGE_LIMIT = 100;

/** Ids are this short; longer cursors are not ours. */
const LONGEST_ID = 64;

/**
 * What to read for a page of rows ordered by id: one row more than asked, which tells whether
 * there is a next page.
 * @throws INPUT_INVALID for a size out of range or a cursor that no page gave out
 */
export function pageWindow(page: PageRequest): { take: number; after: string | undefined } {
  requirePageSize(page.first);
  return { take: page.first + 1, after: page.after === undefined ? undefined : decodeCursor(page.after) };
}

/** @throws INPUT_INVALID for a size out of range */
export function requirePageSize(first: number): void {
  if (Number.isInteger(first) && first >= 1 && first <= PAGE_LIMIT) return;
  throw fault('INPUT_INVALID', { problem: `"first" must be 1 to ${PAGE_LIMIT}; it was ${first}.` });
}

/** What is said of a cursor that no page gave out. */
export function cursorFault(): Fault {
  return fault('INPUT_INVALID', { problem: '"after" must be a cursor that an earlier page gave.' });
}

/** The page made of `rows`, which were read by {@link pageWindow}. */
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
  if (!/^[\w-]+$/.test(id) || id.length > LONGEST_ID || encodeCursor(id) !== cursor) {
    throw cursorFault();
  }
  return id;
}
