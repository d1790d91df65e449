import type { CatalogueLab } from '../../generated/operations.ts';

/** The collection that a lab belongs to; nulls if it belongs to none. */
type LabCollection = Pick<CatalogueLab, 'collection' | 'collectionTitle'>;

/** The labs of one collection. */
interface CollectionLabs<Lab> {
  /** Null for labs without a collection, or whose collection has no title. */
  title: string | null;
  labs: Lab[];
}

/** Groups labs by collection, in the order in which each first appears. Labs without a titled collection come last. */
export function groupByCollection<Lab extends LabCollection>(labs: readonly Lab[]): CollectionLabs<Lab>[] {
  const collections = new Map<string | null, CollectionLabs<Lab>>();
  for (const lab of labs) {
    const key = lab.collectionTitle === null ? null : lab.collection;
    const known = collections.get(key);
    if (known) known.labs.push(lab);
    else collections.set(key, { title: lab.collectionTitle, labs: [lab] });
  }
  const others = collections.get(null);
  collections.delete(null);
  return others ? [...collections.values(), others] : [...collections.values()];
}
