import { fault } from '../errors.ts';
import { PAGE_LIMIT } from '../page.ts';
import type { Page, PageRequest } from '../page.ts';

/** Place in the list of sessions: the time alone is not unique. */
export interface Position {
  createdAt: Date;
  id: string;
}

/** @throws INPUT_INVALID for a page that is too large or a cursor that was not given out here */
export function readPageRequest({ first, after }: PageRequest): {
  first: number;
  position: Position | undefined;
} {
  if (!Number.isInteger(first) || first < 1 || first > PAGE_LIMIT) {
    throw fault('INPUT_INVALID', { problem: `"first" must be 1 to ${PAGE_LIMIT}.` });
  }
  return { first, position: after === undefined ? undefined : readCursor(after) };
}

/** A page of at most `first`, made of one row more than that if there is more. */
export function pageOf<T extends Position, U>(rows: T[], first: number, view: (row: T) => U): Page<U> {
  return {
    items: rows.slice(0, first).map((row) => ({ node: view(row), cursor: cursorOf(row) })),
    hasNextPage: rows.length > first,
  };
}

const cursorOf = ({ createdAt, id }: Position) =>
  Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');

function readCursor(cursor: string): Position {
  const match = /^(\d{1,15}) (.{1,100})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match) throw fault('INPUT_INVALID', { problem: '"after" must be a cursor of an earlier page.' });
  return { createdAt: new Date(Number(match[1])), id: match[2] as string };
}
