import { access, constants, readFile, readdir, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { openDatabase } from '../infra/database/database.ts';
import { parseDatabaseUrl } from '../infra/database/database-url.ts';
import { localUrl } from '../core/local-url.ts';
import type { PortState } from './doctor-checks.ts';
import { hasCommand, whenMissing } from '../../setup/debian.mjs';
import { parseRoutes } from '../core/ipv4.ts';
import type { Route } from '../core/ipv4.ts';

/** A service on this machine answers at once. */
const ANSWER_LIMIT_MS = 2_000;

/** Routes of the host; none where the system tells them in another way. */
export async function readRoutes(): Promise<Route[]> {
  return parseRoutes(await readFile('/proc/net/route', 'utf8').catch(whenMissing('')));
}

/** Whether the folder can be written, or made, and how much room it has. Makes nothing. */
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

/** Why the database cannot be used; undefined when it can, or when it is a file still to be made. */
export async function probeDatabase(url: string): Promise<string | undefined> {
  try {
    const location = parseDatabaseUrl(url);
    if (location.provider === 'sqlite' && !(await allows(location.file, constants.F_OK))) return undefined;
    const database = await openDatabase({ url, mayBeEmpty: true });
    await database.close();
    return undefined;
  } catch (error) {
    // The fault itself sends people to the doctor; its cause is what they come for.
    const { message, cause } = error as Error;
    const words = cause instanceof Error ? cause.message : message;
    // Prisma begins with the call that failed and ends with why.
    return words.trim().split('\n').at(-1) ?? words;
  }
}

/** Who has the port that Berth is to listen on. */
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
    // Whatever listens there does not speak HTTP, and that is all there is to know.
    return false;
  }
}

/** The programs that only tests need, each with whether it is installed. */
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
