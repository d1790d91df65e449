import { isMapping } from './lab-yaml.ts';

/** Keys of lab.yaml that earlier versions of Berth read, and their present names. */
const PRESENT_NAMES: ReadonlyMap<string, string> = new Map([['course', 'collection']]);

/** A lab.yaml whose old keys have their present names. */
interface RenamedKeys {
  data: unknown;
  /** One for each old key. */
  warnings: { path: string[]; message: string }[];
  /** Returns the path that the file has for a path in `data`. */
  inFile: (path: PropertyKey[]) => PropertyKey[];
}

/** Renames old keys, unless the file has the present name as well: then the old one is an unknown key. */
export function renameOldKeys(data: unknown): RenamedKeys {
  if (!isMapping(data)) return { data, warnings: [], inFile: (path) => path };
  const renamed = [...PRESENT_NAMES].filter(([old, now]) => old in data && !(now in data));
  const present = new Map(renamed);
  const written = new Map<PropertyKey, string>(renamed.map(([old, now]) => [now, old]));
  return {
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [present.get(key) ?? key, value])),
    warnings: renamed.map(([old, now]) => ({
      path: [old],
      message: `is now called "${now}"; rename the key`,
    })),
    inFile: (path) => path.map((key, depth) => (depth === 0 ? (written.get(key) ?? key) : key)),
  };
}
