import { NESTED_ENGINE_LABEL } from '../engine/docker/nested/nested-support.ts';
import { overlaps, parseBlock } from '../core/ipv4.ts';
import type { Route } from '../core/ipv4.ts';

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
