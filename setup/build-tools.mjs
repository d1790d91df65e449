/* Installs compilers. Native modules are compiled if no prebuilt binary for this host can be downloaded. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCommand, installPackages, readHost } from './debian.mjs';

const TOOLS = { 'g++': 'g++', make: 'make', python3: 'python3' };

/** Returns the packages of the compilers that are missing on this host. */
export async function missingBuildTools() {
  const packages = await Promise.all(
    Object.entries(TOOLS).map(async ([command, name]) => ((await hasCommand(command)) ? [] : [name])),
  );
  return packages.flat();
}

/** Installs packages on Debian as root. Returns false if that is not possible. */
export async function installBuildTools(packages, onProgress) {
  const { root, debian } = await readHost();
  if (!root || !debian) return false;
  await installPackages({ packages, onProgress });
  return true;
}

/**
 * Returns the npm setting that uses the installed headers of Node, so that npm does not download them. Debian has them
 * in libnode-dev; other installations always have them.
 */
export function headersSetting(execPath = process.execPath) {
  const prefix = dirname(dirname(execPath));
  return existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
}
