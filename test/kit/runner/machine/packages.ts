import { runCommand } from '../../../../setup/command.mjs';
import { hasCommand, installPackages, readHost } from '../../../../setup/debian.mjs';
import type { Step } from '../../../../setup/steps.mjs';
import { findPostgres } from './postgres.ts';

/** Where Debian's package installs the browser of the end-to-end tests. */
export const CHROMIUM = '/usr/bin/chromium';

/**
 * Installs missing servers, browser and compiler for tests.
 *
 * @throws Error that says what to run if this is not Debian, or not root.
 */
export async function ensureTestPackages(step: Step): Promise<string> {
  const [postgres, redis, registry, chromium, xfs, btrfs, gcc, compose] = await Promise.all([
    findPostgres(),
    hasCommand('redis-server'),
    hasCommand('docker-registry'),
    hasCommand('chromium'),
    hasCommand('mkfs.xfs'),
    hasCommand('mkfs.btrfs'),
    hasCommand('gcc'),
    hasCompose(),
  ]);
  const missing = [
    ...(postgres ? [] : ['postgresql']),
    ...(redis ? [] : ['redis-server']),
    ...(registry ? [] : ['docker-registry']),
    ...(chromium ? [] : ['chromium', 'fonts-dejavu-core']),
    ...(xfs ? [] : ['xfsprogs']),
    ...(btrfs ? [] : ['btrfs-progs']),
    // Includes the libraries of its sanitizers.
    ...(gcc ? [] : ['gcc', 'libc6-dev']),
    ...(compose ? [] : ['docker-compose']),
  ];
  if (missing.length === 0) return 'unchanged';
  const host = await readHost();
  if (!host.root || !host.debian) {
    throw new Error(
      `The tests need ${missing.join(', ')}. As root on Debian or Ubuntu they install it; here run:\n` +
        `  sudo apt-get install -y ${missing.join(' ')}`,
    );
  }
  await installPackages({ packages: missing, onProgress: step.progress, startServices: false });
  return `installed ${missing.join(', ')}`;
}

/** Docker's own package has the plugin in another folder than Debian's. */
async function hasCompose(): Promise<boolean> {
  return runCommand('docker', ['compose', 'version']).then(
    () => true,
    () => false,
  );
}
