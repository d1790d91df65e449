/** An unvalidated mapping of lab.yaml: any key may be missing or have a wrong type. */
export type Written = Record<string, unknown>;

/** Lists the mappings in a list, with their indexes. */
export function entries(list: unknown): { entry: Written; index: number }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index) => (isMapping(entry) ? [{ entry, index }] : []));
}

export function isMapping(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
