/** A mapping as written: any key may be missing or of a wrong kind, which the schema tells. */
export type Written = Record<string, unknown>;

/** The mappings in a list, with their places. */
export function entries(list: unknown): { entry: Written; index: number }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index) => (isMapping(entry) ? [{ entry, index }] : []));
}

export function isMapping(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
