import { access, constants, readFile, readdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { openDatabase } from '../infra/database/database.ts';
import { parseDatabaseUrl } from '../infra/database/database-url.ts';
import { localUrl } from '../core/service-url.ts';
import type { PortState } from './doctor-checks.ts';
import { hasCommand, whenMissing } from '../../setup/debian.mjs';
import { parseRoutes } from '../core/ipv4.ts';
import type { Route } from '../core/ipv4.ts';

/** Maximum wait for a service on this host, in milliseconds. */
const ANSWER_LIMIT_MS = 2_000;

/** Reads the routes of the host; returns none on a system without /proc. */
export async function readRoutes(): Promise<Route[]> {
  return parseRoutes(await readFile('/proc/net/route', 'utf8').catch(whenMissing('')));
}

/** Checks whether the folder can be written or created, and returns its free space. Creates nothing. */
export async function probeFolder(folder: string) {
  const present = await nearestPresent(folder);
  const { bavail, bsize } = await statfs(present);
  const writable = await allows(present, constants.W_OK | constants.X_OK);
  return { folder, writable, freeBytes: bavail * bsize };
}

async function nearestPresent(path: string): Promise<string> {
  const present = await allows(path, constants.F_OK);
  return present || dirname(path) === path ? path : nearestPresent(dirname(path));
}

async function allows(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Returns why the database cannot be used; undefined if it can, or if its file does not exist yet. */
export async function probeDatabase(url: string): Promise<string | undefined> {
  try {
    const location = parseDatabaseUrl(url);
    if (location.provider === 'sqlite' && !(await allows(location.file, constants.F_OK))) return undefined;
    const database = await openDatabase({ url, mayBeEmpty: true });
    await database.close();
    return undefined;
  } catch (error) {
    // The fault refers to `berth doctor`, so show its cause here.
    const { message, cause } = error as Error;
    const words = cause instanceof Error ? cause.message : message;
    // Prisma's message starts with the failed call and ends with the reason.
    return words.trim().split('\n').at(-1) ?? words;
  }
}

/** Checks whether Berth's port is free, in use by Berth, or in use by another program. */
export async function probePort(host: string, port: number): Promise<PortState> {
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
  if (code === undefined) return 'free';
  if (code === 'EACCES') return 'forbidden';
  return (await answersAsBerth(host, port)) ? 'berth' : 'taken';
}

async function answersAsBerth(host: string, port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    return (await fetch(`${localUrl(host, port)}/healthz`, { signal })).ok;
  } catch {
    // The program on this port does not speak HTTP, so it is not Berth.
    return false;
  }
}

/** Returns the programs that only the tests need, and whether each is installed. */
export async function probeTestPrograms(): Promise<{ name: string; present: boolean }[]> {
  const servers = await readdir('/usr/lib/postgresql').catch(whenMissing<string[]>([]));
  return [
    { name: 'PostgreSQL', present: servers.length > 0 },
    { name: 'Redis', present: await hasCommand('redis-server') },
    { name: 'Chromium', present: await hasCommand('chromium') },
    { name: 'docker-registry', present: await hasCommand('docker-registry') },
    { name: 'mkfs.xfs', present: await hasCommand('mkfs.xfs') },
    { name: 'mkfs.btrfs', present: await hasCommand('mkfs.btrfs') },
  ];
}
