import { getDomain } from 'tldts';
import { nodeProblem } from '../../setup/node-version.mjs';
import { EGRESS_BRIDGE_PREFIX } from '../engine/docker/networks/network.ts';
import { filesReserveOf, reserveOf } from '../engine/engine-disk.ts';
import type { DiskSpace } from '../engine/engine-disk.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { HTTPS_FIX, isLoopback } from '../core/service-url.ts';
import { formatBlock, overlaps, parseBlock } from '../core/ipv4.ts';
import type { Route } from '../core/ipv4.ts';
import { formatBytes } from '../core/units.ts';
import type { Portion } from '../core/units.ts';
import { isEnough, SYSCTL_FILE } from './kernel-limits.ts';
import type { KernelLimitNow } from './kernel-limits.ts';

/** One line of `berth doctor`. */
export interface Finding {
  readonly name: string;
  /** `missing` prevents Berth from running; `advice` does not. */
  readonly state: 'ok' | 'advice' | 'missing';
  readonly detail: string;
  /** What to run or change; absent if the state is `ok`. */
  readonly fix?: string;
}

/** Below this, a few saved sessions or one image fill the disk. In bytes. */
const LOW_DISK_BYTES = 5 * 1024 ** 3;
/** Below this, the database itself is at risk. In bytes. */
const FULL_DISK_BYTES = 256 * 1024 ** 2;
/** Prefixes of the names of sessions' bridges: the engine's or, for networks with internet access, Berth's. */
const BRIDGE_PREFIXES = ['br-', EGRESS_BRIDGE_PREFIX];

const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail });
const advice = (name: string, detail: string, fix: string): Finding => ({
  name,
  state: 'advice',
  detail,
  fix,
});
const missing = (name: string, detail: string, fix: string): Finding => ({
  name,
  state: 'missing',
  detail,
  fix,
});

/** Checks the version of Node, as in `process.versions.node`. */
export function checkNode(version: string): Finding {
  const problem = nodeProblem(version);
  if (!problem) return ok('Node', version);
  const [detail = '', ...fix] = problem.split('\n');
  return missing('Node', detail, fix.join('\n'));
}

/** Checks the engine at `address`: its information, or why it does not respond. */
export function checkEngine(address: string, facts: EngineInfo | { problem: string }): Finding[] {
  if ('problem' in facts) {
    const fix =
      'run npm start as root on Debian or Ubuntu, which sets one up; docs/install.md describes other ways';
    return [missing('engine', `none responds at ${address}: ${facts.problem}`, fix)];
  }
  const absent = Object.entries(facts.limits).flatMap(([limit, there]) => (there ? [] : [limit]));
  return [
    ok('engine', `${facts.version} at ${address}`),
    facts.userNamespaces
      ? ok('user namespaces', 'root in a container is an unprivileged user on the host')
      : advice(
          'user namespaces',
          'root in a container is root on the host if it escapes',
          'set "userns-remap": "default" in /etc/docker/daemon.json and restart the engine; this hides existing images and containers',
        ),
    facts.systemCallFilter
      ? ok('system calls', 'the engine blocks those that machines must not use')
      : missing(
          'system calls',
          'the engine cannot filter system calls, so it cannot start machines',
          'use a kernel with CONFIG_SECCOMP_FILTER, and an engine built with seccomp',
        ),
    absent.length === 0
      ? ok('limits', 'memory, processes and CPU')
      : missing(
          'limits',
          `the engine cannot limit ${absent.join(', ')}: one learner could take down the host`,
          'enable these cgroup controllers; for memory boot with "cgroup_enable=memory swapaccount=1"',
        ),
  ];
}

/** Checks nested engines. `problem` says why they are unavailable; undefined if they are available. */
export function checkNested(setting: 'auto' | 'on' | 'off', problem: string | undefined): Finding {
  const name = 'nested engines';
  if (problem === undefined) return ok(name, 'machines can have their own Docker engine');
  if (setting === 'off') return ok(name, 'off');
  const fix = 'docs/admin.md, "Docker engines in machines", describes the requirements';
  return advice(name, problem, fix);
}

/** Checks the kernel limits that all machines share, and shows for how many machines each is enough. */
export function checkKernelLimits(limits: readonly KernelLimitNow[]): Finding[] {
  return limits.map((limit) => {
    const { name, value, perMachine, wanted, lost } = limit;
    if (value === 0 && isEnough(limit)) return ok(name, 'no limit');
    const machines = Math.floor(value / perMachine);
    const shown = `${value}, enough for ${machines} ${machines === 1 ? 'machine' : 'machines'}`;
    if (isEnough(limit)) return ok(name, shown);
    const detail = `${shown}; should be ${wanted}, because learners can prevent all others from ${lost}`;
    const command = `sysctl -w ${name}=${wanted} && echo '${name} = ${wanted}' >> ${SYSCTL_FILE}`;
    return advice(name, detail, command);
  });
}

/** Checks whether the subnet pool overlaps a route of the host. */
export function checkSubnetPool(pool: string, routes: readonly Route[]): Finding {
  const name = 'session networks';
  const block = parseBlock(pool);
  const fix = 'set BERTH_SUBNET_POOL to an unused private range, such as 10.99.0.0/16';
  if (!block) return missing(name, `${pool} is not an address range`, fix);
  // A bridge within the range is a network of a session.
  const own = (route: Route) =>
    BRIDGE_PREFIXES.some((prefix) => route.device.startsWith(prefix)) &&
    route.first >= block.first &&
    route.last <= block.last;
  const met = routes.find((route) => overlaps(route, block) && !own(route));
  if (!met) return ok(name, pool);
  return missing(name, `${pool} overlaps the route ${formatBlock(met)} of ${met.device}`, fix);
}

/** Checks the engine's disk. `space` is undefined if only a container could measure it. */
export function checkEngineDisk(space: DiskSpace | undefined, reserve: Portion | undefined): Finding[] {
  if (!space) return [];
  const name = "engine's disk";
  const detail = `${formatBytes(space.freeBytes)} of ${formatBytes(space.totalBytes)} free`;
  const fix =
    'remove unused images and containers ("docker system df" lists them), or move the engine to a larger disk';
  const { files } = space;
  if (files && files.free < filesReserveOf(files.total)) {
    const few = `only ${files.free} of ${files.total} files free, so no session starts`;
    return [advice(name, few, 'remove folders with many files, which "df -i" and "du --inodes" find')];
  }
  const isLow = space.freeBytes < reserveOf(reserve, space.totalBytes);
  return [isLow ? advice(name, `${detail}, so no session starts`, fix) : ok(name, detail)];
}

export function checkImages(images: readonly { name: string; present: boolean }[]): Finding[] {
  return images.map(({ name, present }) =>
    present
      ? ok(`image ${name}`, 'on the engine')
      : missing(`image ${name}`, 'not on the engine, or older than its folder', 'npm start builds it'),
  );
}

/** Checks the data folder. `writable` is also false if it cannot be created. */
export function checkDataFolder(disk: { folder: string; writable: boolean; freeBytes: number }): Finding[] {
  const fix = 'set BERTH_DATA_DIR to a folder that this user can write to';
  const free = `${(disk.freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  const freeSpace = 'free some space, or move it to another disk with BERTH_DATA_DIR';
  return [
    disk.writable
      ? ok('data folder', disk.folder)
      : missing('data folder', `${disk.folder} cannot be written`, fix),
    disk.freeBytes < FULL_DISK_BYTES
      ? missing('disk', free, freeSpace)
      : disk.freeBytes < LOW_DISK_BYTES
        ? advice('disk', free, freeSpace)
        : ok('disk', free),
  ];
}

/** Checks the database. `shown` is its URL without the password. */
export function checkDatabase(shown: string, problem: string | undefined): Finding {
  if (problem === undefined) return ok('database', shown);
  const fix = 'start it, correct DATABASE_URL, or unset it to use an SQLite file';
  return missing('database', `${shown}: ${problem}`, fix);
}

/** Checks encryption. `problem` says what can be read on the network; undefined if nothing. */
export function checkEncryption(problem: string | undefined): Finding {
  const name = 'encryption';
  return problem === undefined
    ? ok(name, 'HTTPS, or accessible only from this host')
    : advice(name, problem, HTTPS_FIX);
}

/** Checks the preview domain. `problem` says what learners' pages can do to Berth's domain; undefined if nothing. */
export function checkPreviewDomain(problem: string | undefined): Finding {
  const name = 'preview domain';
  return problem === undefined
    ? ok(name, 'shares no cookies with Berth')
    : advice(name, problem, SIBLING_FIX);
}

export type PortState = 'free' | 'berth' | 'taken' | 'forbidden';

export function checkPort(host: string, port: number, state: PortState): Finding {
  const shown = `${host}:${port}`;
  if (state === 'free') return ok('port', `${shown} is free`);
  if (state === 'berth') return ok('port', `Berth is running at ${shown}`);
  const problem =
    state === 'taken' ? 'another program listens there' : 'this user is not allowed to listen there';
  return missing('port', `${shown}: ${problem}`, 'set BERTH_PORT to another port');
}

/** Checks the programs that only the tests need. */
export function checkTestPrograms(programs: readonly { name: string; present: boolean }[]): Finding {
  const absent = programs.filter(({ present }) => !present).map(({ name }) => name);
  if (absent.length === 0) return ok('for tests', programs.map(({ name }) => name).join(', '));
  return advice('for tests', `no ${absent.join(', ')}`, 'npm test installs them as root on Debian or Ubuntu');
}

/** How to prevent previews from setting cookies for Berth's own domain. */
const SIBLING_FIX =
  'set BERTH_PREVIEW_DOMAIN to a name below another registrable domain; see docs/previews.md';

/**
 * Returns the problem if previews share a registrable domain with Berth, by the public suffix list: pages of learners
 * can set cookies for that domain, which browsers then send to Berth ("cookie tossing"). Returns undefined otherwise.
 * Pure.
 */
export function previewSiblingProblem({
  publicUrl,
  previewDomain,
}: {
  publicUrl: string | undefined;
  previewDomain: string | undefined;
}): string | undefined {
  if (publicUrl === undefined || previewDomain === undefined || isLoopback(previewDomain)) return undefined;
  const { hostname } = new URL(publicUrl);
  const shared = registrableDomain(hostname);
  if (shared === undefined || shared !== registrableDomain(previewDomain)) return undefined;
  return `previews below ${previewDomain} can set cookies for ${shared}, which browsers also send to ${hostname}`;
}

/**
 * Returns the registrable domain of a name; for a name without a known suffix, such as berth.internal, its last two
 * labels.
 */
function registrableDomain(hostname: string): string | undefined {
  return getDomain(hostname, { allowPrivateDomains: true }) ?? undefined;
}
