type Packages = Record<
  string,
  { version?: string; integrity?: string; link?: boolean; optional?: boolean; devOptional?: boolean }
>;
/** Returns whether node_modules in `root` matches the lock file. */
export function dependenciesAreCurrent(root: string): boolean;
/** Compares the `packages` of a lock file with npm's record of the installation. */
export function installMatches(wanted: Packages, present: Packages): boolean;
export function platformDigest(): string;
