/* Compares node_modules with the lock file without npm, which would take seconds. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * npm writes `node_modules/.package-lock.json` after installing everything. It must contain each package
 * of the lock file at its version. Optional packages may be missing: they are for other platforms.
 */
export function dependenciesAreCurrent(root) {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  return installMatches(readPackages(join(root, 'package-lock.json')), readPackages(installed));
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

export function installMatches(wanted, present) {
  const sameAsWanted = ([path, { version, integrity }]) =>
    wanted[path]?.version === version && wanted[path]?.integrity === integrity;
  const there = ([path, entry]) => path === '' || entry.optional || entry.devOptional || path in present;
  return Object.entries(wanted).every(there) && Object.entries(present).every(sameAsWanted);
}

/** Returns the platform and ABI of Node. Native modules are built for one of them, which the lock file does not name. */
export function platformDigest() {
  return `${process.platform}-${process.arch}-${process.versions.modules}`;
}
