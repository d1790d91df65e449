type Packages = Record<
  string,
  { version?: string; integrity?: string; link?: boolean; optional?: boolean; devOptional?: boolean }
>;
/** Whether node_modules below `root` is what its lock file says. */
export function dependenciesAreCurrent(root: string): boolean;
/** Compares the `packages` of a lock file with those of the installation's own record. */
export function installMatches(wanted: Packages, present: Packages): boolean;
export function platformDigest(): string;
