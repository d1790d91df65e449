import type { LabCatalogue } from './catalogue.ts';
import type { Lab } from './lab.ts';

/** Lists all usable labs, each with the images that its machines and its trusted checks use. */
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
