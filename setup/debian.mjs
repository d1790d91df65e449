/* Plain JavaScript without dependencies, because it runs before they are installed. Types: debian.d.mts. */
import { access, constants, readFile, unlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from './command.mjs';

/** Longest run of the package manager, in milliseconds: mirrors can be slow. */
const APT_TIMEOUT_MS = 20 * 60_000;
/** Waits for another running package manager instead of failing. */
const APT_OPTIONS = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
/** Debian packages run this program before they start a service. Exit code 101 forbids it. */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

export function parseOsRelease(text) {
  const read = (name) => new RegExp(`^${name}=["']?([^"'\n]*)`, 'm').exec(text)?.[1] ?? '';
  const families = new Set([read('ID'), ...read('ID_LIKE').split(' ')]);
  return {
    debian: families.has('debian') || families.has('ubuntu'),
    debianCodename: read('ID') === 'debian' ? read('VERSION_CODENAME') || undefined : undefined,
  };
}

export async function readHost() {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(whenMissing(''));
  return { root: process.getuid?.() === 0, ...parseOsRelease(osRelease) };
}

export function whenMissing(value) {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

export async function hasCommand(name, path = process.env.PATH ?? '') {
  const folders = [...path.split(delimiter).filter(Boolean), '/usr/sbin', '/usr/bin'];
  const tries = await Promise.allSettled(folders.map((folder) => access(join(folder, name), constants.X_OK)));
  return tries.some(({ status }) => status === 'fulfilled');
}

export async function installPackages({ packages, optional = [], startServices = true, onProgress }) {
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

/** Forbids services. Returns a function that allows them again; undefined if the host already has a policy. */
async function forbidServices() {
  try {
    await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  }
  return () => unlink(SERVICE_POLICY);
}

async function knownPackages(names) {
  if (names.length === 0) return [];
  const found = new Set();
  const onLine = (line) => found.add(line.split('|')[0].trim());
  await runCommand('apt-cache', ['madison', ...names], { onLine });
  return names.filter((name) => found.has(name));
}
