import { fromGlobalId } from '../../shared/global-id.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';

/** Resolvers of a connection. Its model is the service's page. */
export const connection = {
  edges: <T>(page: Page<T>) => page.items,
  pageInfo: <T>(page: Page<T>) => page,
};

export const pageInfo = {
  hasNextPage: (page: Page<unknown>) => page.hasNextPage,
  // Pages are read forwards only, so earlier elements are never looked up.
  hasPreviousPage: () => false,
  startCursor: (page: Page<unknown>) => page.items[0]?.cursor,
  endCursor: (page: Page<unknown>) => page.items.at(-1)?.cursor,
};

/** Returns the page that a field's arguments request. */
export function pageOf(args: { first: number; after?: string | null | undefined }): PageRequest {
  return { first: args.first, after: given(args.after) };
}

/** Returns the page of a course's people, or of those in a section, that a field's arguments request. */
export function sectionPageOf({
  section,
  ...page
}: Parameters<typeof pageOf>[0] & { section?: string | null | undefined }) {
  return { ...pageOf(page), sectionId: sectionIdOf(section) };
}

/** Converts an argument that selects a section. */
export function sectionIdOf(section: string | null | undefined): string | undefined {
  return section === null || section === undefined ? undefined : fromGlobalId('CourseSection', section);
}

/** Converts null, GraphQL's value for an absent argument, to undefined, which the services use. */
export function given<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}
