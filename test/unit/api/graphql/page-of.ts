import type { Page, PageRequest } from '../../../../src/core/paging.ts';

export function pageOf<T extends { id: string }>(all: T[], { first, after }: PageRequest): Page<T> {
  const rest = after === undefined ? all : all.slice(all.findIndex(({ id }) => id === after) + 1);
  return {
    items: rest.slice(0, first).map((node) => ({ node, cursor: node.id })),
    hasNextPage: rest.length > first,
  };
}
