import { PAGE_LIMIT } from '../page.ts';
import type { LabCatalogue } from './catalogue.ts';

/** All labs that can be used now, each with the images that its machines name. */
export function imagesOfLabs(catalogue: Pick<LabCatalogue, 'list'>): { slug: string; images: string[] }[] {
  const all: { slug: string; images: string[] }[] = [];
  let after: string | undefined;
  do {
    const { items, hasNextPage } = catalogue.list({ first: PAGE_LIMIT, after });
    for (const { node } of items) {
      all.push({ slug: node.slug, images: node.machines.map(({ image }) => image) });
    }
    after = hasNextPage ? items.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  return all;
}
