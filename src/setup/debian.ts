import { readFile, unlink, writeFile } from 'node:fs/promises';
import { runCommand } from '../../setup/command.mjs';

/** What this system is, and what this process may do with it. */
export interface Host {
  readonly root: boolean;
  /** Whether it takes Debian's packages: Debian, Ubuntu and their like. */
  readonly debian: boolean;
  /** The release of a Debian itself, such as `trixie`; undefined for others. */
  readonly debianCodename: string | undefined;
}

/** Reads the text of /etc/os-release. */
export function parseOsRelease(text: string): Omit<Host, 'root'> {
  const read = (name: string) => new RegExp(`^${name}=["']?([^"'\n]*)`, 'm').exec(text)?.[1] ?? '';
  const families = [read('ID'), ...read('ID_LIKE').split(' ')];
  return {
    debian: families.includes('debian') || families.includes('ubuntu'),
    debianCodename: read('ID') === 'debian' ? read('VERSION_CODENAME') || undefined : undefined,
  };
}

export async function readHost(): Promise<Host> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(whenMissing(''));
  return { root: process.getuid?.() === 0, ...parseOsRelease(osRelease) };
}

/** A `.catch()` that answers `value` for a file that does not exist and throws all else on. */
export function whenMissing<T>(value: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

/** Longest that a package manager may take on a slow mirror. */
const APT_TIMEOUT_MS = 20 * 60_000;
/** Another package manager may be running; wait for it rather than fail. */
const APT_OPTIONS = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];

/**
 * Installs packages without recommended ones and without questions; needs root.
 * Those in `optional` are left out where the distribution does not have them.
 */
export async function installPackages({
  packages,
  optional = [],
  startServices = true,
  onProgress,
}: {
  packages: readonly string[];
  optional?: readonly string[];
  /** False keeps the packages' own services from being started, when only their programs are wanted. */
  startServices?: boolean;
  onProgress: (line: string) => void;
}): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  const options = { env, onLine: onProgress, timeoutMs: APT_TIMEOUT_MS };
  await runCommand('apt-get', [...APT_OPTIONS, 'update'], options);
  const known = await knownPackages(optional);
  const install = ['install', '-y', '--no-install-recommends', ...packages, ...known];
  const allowServices = startServices ? undefined : await forbidServices();
  try {
    await runCommand('apt-get', [...APT_OPTIONS, ...install], options);
  } finally {
    await allowServices?.();
  }
}

/** What Debian's packages ask before they start a service; 101 means no. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** Answers what allows services again. A policy that the machine has of its own stays in force. */
async function forbidServices(): Promise<() => Promise<void>> {
  try {
    await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return async () => undefined;
    throw error;
  }
  return () => unlink(SERVICE_POLICY);
}

async function knownPackages(names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const found: string[] = [];
  await runCommand('apt-cache', ['madison', ...names], {
    onLine: (line) => found.push(line.split('|')[0]?.trim() ?? ''),
  });
  return names.filter((name) => found.includes(name));
}
