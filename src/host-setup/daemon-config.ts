import { NESTED_ENGINE_LABEL } from '../engine/docker/nested/nested-support.ts';
import { overlaps, parseBlock } from '../core/ipv4.ts';
import type { Route } from '../core/ipv4.ts';

/** The user that owns the ids containers run under. */
export const REMAP_USER = 'dockremap';

/** Where the engine takes networks from; the first that no route of the host overlaps. */
const POOL_CANDIDATES = ['172.28.0.0/16', '10.232.0.0/16', '192.168.128.0/17'];
/** A network of 62 machines each: more than any lab has, and 1,024 networks in a /16. */
const POOL_SIZE = 26;

type DaemonConfig = Record<string, unknown>;

/**
 * What labs want of an engine that Berth sets up. `unused` is an engine with nothing in it yet: only
 * that is remapped, which hides images and containers of before, and says of itself that machines may
 * have engines of their own; and gets live restore, with which an engine that is in a swarm does not start.
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
 * Adds settings to a daemon.json, of which each key that is there stays as it is.
 * Answers the new text, or undefined when nothing is to be changed.
 *
 * @throws {SyntaxError} when the present text is no JSON object.
 */
export function mergeDaemonConfig(present: string, wanted: DaemonConfig): string | undefined {
  const config = present.trim() === '' ? {} : parseObject(present);
  // Log options belong to their driver: ours are not mixed into another one.
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
