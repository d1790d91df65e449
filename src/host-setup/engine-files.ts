import { chmod, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runCommand } from '../../setup/command.mjs';
import { whenMissing } from '../../setup/debian.mjs';
import { parseRoutes, overlaps, parseBlock } from '../core/ipv4.ts';
import type { Route } from '../core/ipv4.ts';
import { NESTED_ENGINE_LABEL } from '../engine/docker/nested/nested-support.ts';

export const DAEMON_CONFIG = '/etc/docker/daemon.json';
const ENGINE_DATA = '/var/lib/docker';
const TUN_DEVICE = '/dev/net/tun';

/**
 * Writes the files that an engine for labs needs before it starts: a tun device that nested engines may open. For an
 * engine that was just `installed` or is unused, also daemon.json, and the user and ids that containers map to. The
 * settings of other engines belong to their owner: a setting both in daemon.json and in the daemon's options prevents
 * the start. Needs root.
 */
export async function prepareEngineFiles({ installed }: { installed: boolean }): Promise<void> {
  await openTunDevice();
  const unused = await isUnused(ENGINE_DATA);
  if (!installed && !unused) return;
  const present = await readFile(DAEMON_CONFIG, 'utf8').catch(whenMissing(''));
  const routes = parseRoutes(await readFile('/proc/net/route', 'utf8'));
  if (unused) await prepareRemapUser();
  const merged = mergeDaemonConfig(present, labDaemonConfig({ routes, unused }));
  if (merged !== undefined) await replaceFile(DAEMON_CONFIG, merged, 0o644);
}

async function isUnused(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(whenMissing<string[]>([]))).length === 0;
}

async function prepareRemapUser(): Promise<void> {
  const [users, groups] = [await idsIn('/etc/passwd'), await idsIn('/etc/group')];
  if (!users.names.includes(REMAP_USER)) {
    const shell = ['--shell', '/usr/sbin/nologin', '--home-dir', '/nonexistent', '--no-create-home'];
    await runCommand('useradd', ['--system', '--user-group', ...shell, REMAP_USER]);
  }
  for (const [file, usedIds] of [
    ['/etc/subuid', users.ids],
    ['/etc/subgid', groups.ids],
  ] as const) {
    const text = await readFile(file, 'utf8').catch(whenMissing(''));
    const wanted = allocateSubordinateIds(text, { user: REMAP_USER, usedIds });
    if (wanted !== text) await replaceFile(file, wanted, 0o644);
  }
}

async function idsIn(file: string): Promise<{ names: string[]; ids: number[] }> {
  const rows = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(':'));
  return { names: rows.map(([name]) => name ?? ''), ids: rows.map((row) => Number(row[2])) };
}

/** Replaces a file atomically. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.berth-${process.pid}`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, path);
}

/** Creates the tun device. A nested engine's user is not root in its container, so all users need access. */
async function openTunDevice(): Promise<void> {
  await chmod(TUN_DEVICE, 0o666).catch(whenMissing(undefined));
}

/** The user that owns the ids of containers. */
export const REMAP_USER = 'dockremap';

/** Candidates for the engine's address pool. The first one that overlaps no route of the host is used. */
const POOL_CANDIDATES = ['172.28.0.0/16', '10.232.0.0/16', '192.168.128.0/17'];
/** Prefix length of each network: 62 machines, more than any lab has, and 1,024 networks in a /16. */
const POOL_SIZE = 26;

type DaemonConfig = Record<string, unknown>;

/**
 * Returns the settings for an engine that Berth sets up. `unused` means an engine without any images or containers. Only
 * an unused engine is remapped, because that hides existing images and containers, and gets the label that allows nested
 * engines. It also gets live restore, which would prevent the start of an engine in a swarm.
 */
export function labDaemonConfig({
  routes,
  unused,
}: {
  routes: readonly Route[];
  unused: boolean;
}): DaemonConfig {
  const base = POOL_CANDIDATES.find((candidate) => {
    const block = parseBlock(candidate);
    return block && !routes.some((route) => overlaps(route, block));
  });
  return {
    ...(base ? { 'default-address-pools': [{ base, size: POOL_SIZE }] } : {}),
    'log-driver': 'json-file',
    'log-opts': { 'max-size': '10m', 'max-file': '2' },
    ...(unused ? { 'live-restore': true, 'userns-remap': REMAP_USER, labels: [NESTED_ENGINE_LABEL] } : {}),
  };
}

/**
 * Adds settings to a daemon.json, without changing existing keys. Returns the new text, or undefined if nothing changes.
 *
 * @throws {SyntaxError} if the existing text is not a JSON object
 */
export function mergeDaemonConfig(present: string, wanted: DaemonConfig): string | undefined {
  const config = present.trim() === '' ? {} : parseObject(present);
  // Log options belong to a driver, so Berth's options are not added to another driver.
  const foreignDriver = 'log-driver' in config;
  const added = Object.entries(wanted).filter(
    ([key]) => !(key in config) && !(key === 'log-opts' && foreignDriver),
  );
  if (added.length === 0) return undefined;
  return `${JSON.stringify({ ...config, ...Object.fromEntries(added) }, null, 2)}\n`;
}

function parseObject(text: string): DaemonConfig {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError('expected a JSON object');
  }
  return { ...value };
}

/**
 * Number of ids that a user namespace of the engine maps to. A nested engine in a container needs more than 165,536
 * (100,000 plus a range of 65,536), so about a million.
 */
export const REMAP_COUNT = 1_048_576;
export const REMAP_MINIMUM = 165_537;
/** Lower ids belong to the system's users and to the ranges that useradd allocates automatically. */
const FIRST_ID = 10_485_760;
const ALIGNMENT = 65_536;

interface Range {
  readonly user: string;
  readonly start: number;
  readonly count: number;
}

/** Parses /etc/subuid or /etc/subgid, and skips invalid lines. */
export function parseSubordinateIds(text: string): Range[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([^:#]+):(\d+):(\d+)$/.exec(line.trim());
    return match ? [{ user: match[1] ?? '', start: Number(match[2]), count: Number(match[3]) }] : [];
  });
}

/**
 * Returns the text of the file with a new range for `user` that overlaps no other range, or the same text if the user's
 * ranges are already large enough. `usedIds` are ids of real users or groups.
 */
export function allocateSubordinateIds(
  text: string,
  { user, usedIds }: { user: string; usedIds: readonly number[] },
): string {
  const ranges = parseSubordinateIds(text);
  const owned = ranges.filter((range) => range.user === user).reduce((sum, range) => sum + range.count, 0);
  if (owned >= REMAP_MINIMUM) return text;
  const taken = [...ranges, ...usedIds.map((id) => ({ user: '', start: id, count: 1 }))].toSorted(
    (a, b) => a.start - b.start,
  );
  let start = FIRST_ID;
  for (const range of taken) {
    const end = range.start + range.count;
    if (range.start < start + REMAP_COUNT && end > start) {
      start = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    }
  }
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${separator}${user}:${start}:${REMAP_COUNT}\n`;
}
