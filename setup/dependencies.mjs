/* Whether node_modules is what the lock file says, without asking npm, which takes seconds. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * npm writes `node_modules/.package-lock.json` once all is installed and built. It must hold each
 * package of the lock file at its version, but for optional ones, which are of other platforms.
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

/** Native modules are built for one kind of Node, which the lock file does not know. */
export function platformDigest() {
  return `${process.platform}-${process.arch}-${process.versions.modules}`;
}
