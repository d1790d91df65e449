import type { LabCatalogue } from './catalogue.ts';
import type { Lab } from './lab.ts';

/** All labs that can be used now, each with the images that its machines and its trusted checks name. */
export function imagesOfLabs(catalogue: Pick<LabCatalogue, 'all'>): { slug: string; images: string[] }[] {
  return catalogue.all().map((lab) => ({
    slug: lab.slug,
    images: [...lab.machines.map(({ image }) => image), ...checkerImages(lab)],
  }));
}

function checkerImages({ steps }: Lab): string[] {
  return steps
    .flatMap(({ checks }) => checks)
    .flatMap((check) => (check.kind === 'trusted' && check.image !== undefined ? [check.image] : []));
}
