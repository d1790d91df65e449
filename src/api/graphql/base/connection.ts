import type { Page, PageRequest } from '../../../core/paging.ts';

/** Resolvers of a connection and its page info, which both are the service's page. */
export const connection = {
  edges: <T>(page: Page<T>) => page.items,
  pageInfo: <T>(page: Page<T>) => page,
};

export const pageInfo = {
  hasNextPage: (page: Page<unknown>) => page.hasNextPage,
  // Pages are read forwards: what lies before one is never looked up.
  hasPreviousPage: () => false,
  startCursor: (page: Page<unknown>) => page.items[0]?.cursor,
  endCursor: (page: Page<unknown>) => page.items.at(-1)?.cursor,
};

/** The page that a field's arguments ask for. */
export function pageOf(args: { first: number; after?: string | null | undefined }): PageRequest {
  return { first: args.first, after: given(args.after) };
}

/** Null, which GraphQL has for "not given", as the services have it. */
export function given<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}
