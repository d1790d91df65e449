/* Native modules come built where a binary for this machine is in reach, and are compiled elsewhere. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCommand, installPackages, readHost } from './debian.mjs';

const TOOLS = { 'g++': 'g++', make: 'make', python3: 'python3' };

/** Packages with the compilers that are missing here. */
export async function missingBuildTools() {
  const packages = await Promise.all(
    Object.entries(TOOLS).map(async ([command, name]) => ((await hasCommand(command)) ? [] : [name])),
  );
  return packages.flat();
}

/** Installs them where that is possible; answers whether they are there now. */
export async function installBuildTools(packages, onProgress) {
  const { root, debian } = await readHost();
  if (!root || !debian) return false;
  await installPackages({ packages, onProgress });
  return true;
}

/**
 * Compiling needs Node's own headers, which would be downloaded. Many installations have them beside
 * the program: Debian's with libnode-dev, all others always.
 */
export function headersSetting(execPath = process.execPath) {
  const prefix = dirname(dirname(execPath));
  return existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
}
