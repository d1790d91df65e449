import { nodeProblem } from '../../setup/node-version.mjs';
import { EGRESS_BRIDGE_PREFIX } from '../engine/docker/networks/network.ts';
import { filesReserveOf, reserveOf } from '../engine/engine-disk.ts';
import type { DiskSpace } from '../engine/engine-disk.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { SIBLING_MEND } from './preview-siblings.ts';
import { HTTPS_MEND } from '../core/plain-http.ts';
import { formatBlock, overlaps, parseBlock } from '../core/ipv4.ts';
import type { Route } from '../core/ipv4.ts';
import { formatBytes } from '../core/units.ts';
import type { Portion } from '../core/units.ts';
import { isEnough, SYSCTL_FILE } from './kernel-limits.ts';
import type { KernelLimitNow } from './kernel-limits.ts';

/** One line of `berth doctor`. */
export interface Finding {
  readonly name: string;
  /** `missing` keeps Berth from running; `advice` does not. */
  readonly state: 'ok' | 'advice' | 'missing';
  readonly detail: string;
  /** What to run or change; present unless all is well. */
  readonly mend?: string;
}

/** Below this a few saved sessions or one image fill the disk. */
const LOW_DISK_BYTES = 5 * 1024 ** 3;
/** Below this the database itself is in danger. */
const FULL_DISK_BYTES = 256 * 1024 ** 2;
/** How sessions' bridges are named: by the engine, or by Berth where they lead to the internet. */
const BRIDGE_PREFIXES = ['br-', EGRESS_BRIDGE_PREFIX];

const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail });
const advice = (name: string, detail: string, mend: string): Finding => ({
  name,
  state: 'advice',
  detail,
  mend,
});
const missing = (name: string, detail: string, mend: string): Finding => ({
  name,
  state: 'missing',
  detail,
  mend,
});

/** `version` is that of `process.versions.node`. */
export function checkNode(version: string): Finding {
  const problem = nodeProblem(version);
  if (!problem) return ok('Node', version);
  const [detail = '', ...mend] = problem.split('\n');
  return missing('Node', detail, mend.join('\n'));
}

/** What an engine at `address` says of itself, or why it does not. */
export function checkEngine(address: string, facts: EngineInfo | { problem: string }): Finding[] {
  if ('problem' in facts) {
    const mend = 'npm start sets one up as root on Debian or Ubuntu; docs/install.md has other ways';
    return [missing('engine', `none answers at ${address}: ${facts.problem}`, mend)];
  }
  const absent = Object.entries(facts.limits).flatMap(([limit, there]) => (there ? [] : [limit]));
  return [
    ok('engine', `${facts.version} at ${address}`),
    facts.userNamespaces
      ? ok('user namespaces', 'root in a container is nobody on the host')
      : advice(
          'user namespaces',
          'root in a container is root of the host, once it breaks out',
          'set "userns-remap": "default" in /etc/docker/daemon.json and restart the engine; images and containers of before are hidden by that',
        ),
    facts.systemCallFilter
      ? ok('system calls', 'the engine refuses those that machines may not use')
      : missing(
          'system calls',
          'the engine cannot filter system calls, so it starts no machine',
          'use a kernel with CONFIG_SECCOMP_FILTER, and an engine built with seccomp',
        ),
    absent.length === 0
      ? ok('limits', 'memory, processes and CPU')
      : missing(
          'limits',
          `the engine cannot limit ${absent.join(', ')}: one learner could take the machine down`,
          'enable these cgroup controllers; for memory boot with "cgroup_enable=memory swapaccount=1"',
        ),
  ];
}

/** `problem` is why no machine can have an engine of its own, undefined where it can. */
export function checkNested(setting: 'auto' | 'on' | 'off', problem: string | undefined): Finding {
  const name = 'engines in machines';
  if (problem === undefined) return ok(name, 'labs may give learners a Docker engine of their own');
  if (setting === 'off') return ok(name, 'off');
  const mend = 'docs/admin.md, "Docker engines in machines", tells what they need';
  return advice(name, problem, mend);
}

/** Checks the limits of the kernel that all machines share, each with how many machines it is enough for. */
export function checkKernelLimits(limits: readonly KernelLimitNow[]): Finding[] {
  return limits.map((limit) => {
    const { name, value, perMachine, wanted, lost } = limit;
    if (value === 0 && isEnough(limit)) return ok(name, 'no limit');
    const machines = Math.floor(value / perMachine);
    const shown = `${value}, enough for ${machines} ${machines === 1 ? 'machine' : 'machines'}`;
    if (isEnough(limit)) return ok(name, shown);
    const detail = `${shown}; should be ${wanted}: learners can keep all others from ${lost}`;
    const command = `sysctl -w ${name}=${wanted} && echo '${name} = ${wanted}' >> ${SYSCTL_FILE}`;
    return advice(name, detail, command);
  });
}

/** Whether the sessions' networks would hide something that the host reaches. */
export function checkSubnetPool(pool: string, routes: readonly Route[]): Finding {
  const name = 'session networks';
  const block = parseBlock(pool);
  const mend = 'set BERTH_SUBNET_POOL to a private range that nothing here uses, such as 10.99.0.0/16';
  if (!block) return missing(name, `${pool} is no range of addresses`, mend);
  // A bridge inside the range is a session's own network.
  const own = (route: Route) =>
    BRIDGE_PREFIXES.some((prefix) => route.device.startsWith(prefix)) &&
    route.first >= block.first &&
    route.last <= block.last;
  const met = routes.find((route) => overlaps(route, block) && !own(route));
  if (!met) return ok(name, pool);
  return missing(name, `${pool} meets the route ${formatBlock(met)} of ${met.device}`, mend);
}

/** `space` is the engine's, undefined where only a container could see it. */
export function checkEngineDisk(space: DiskSpace | undefined, reserve: Portion | undefined): Finding[] {
  if (!space) return [];
  const name = "engine's disk";
  const detail = `${formatBytes(space.freeBytes)} of ${formatBytes(space.totalBytes)} free`;
  const mend =
    'remove images and containers that nobody needs ("docker system df" lists them), or move the engine to a larger disk';
  const { files } = space;
  if (files && files.free < filesReserveOf(files.total)) {
    const few = `room for ${files.free} files of ${files.total}: no session is begun`;
    return [advice(name, few, 'remove what has many files, which "df -i" and "du --inodes" find')];
  }
  const isLow = space.freeBytes < reserveOf(reserve, space.totalBytes);
  return [isLow ? advice(name, `${detail}: no session is begun`, mend) : ok(name, detail)];
}

export function checkImages(images: readonly { name: string; present: boolean }[]): Finding[] {
  return images.map(({ name, present }) =>
    present
      ? ok(`image ${name}`, 'on the engine')
      : missing(`image ${name}`, 'not on the engine, or not as its folder is now', 'npm start makes it'),
  );
}

/** `folder` is the data folder; `writable` is false also where it cannot be made. */
export function checkDataFolder(disk: { folder: string; writable: boolean; freeBytes: number }): Finding[] {
  const mend = 'set BERTH_DATA_DIR to a folder that this user may write to';
  const free = `${(disk.freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  const room = 'free some space, or move it to another disk with BERTH_DATA_DIR';
  return [
    disk.writable
      ? ok('data folder', disk.folder)
      : missing('data folder', `${disk.folder} cannot be written`, mend),
    disk.freeBytes < FULL_DISK_BYTES
      ? missing('disk', free, room)
      : disk.freeBytes < LOW_DISK_BYTES
        ? advice('disk', free, room)
        : ok('disk', free),
  ];
}

/** `shown` is the database without its password. */
export function checkDatabase(shown: string, problem: string | undefined): Finding {
  if (problem === undefined) return ok('database', shown);
  const mend = 'start it, correct DATABASE_URL, or unset it to use an SQLite file';
  return missing('database', `${shown}: ${problem}`, mend);
}

/** `problem` is what can be read on the way, undefined where there is none. */
export function checkEncryption(problem: string | undefined): Finding {
  const name = 'encryption';
  return problem === undefined
    ? ok(name, 'HTTPS, or reachable from this machine alone')
    : advice(name, problem, HTTPS_MEND);
}

/** `problem` is what pages of learners can do to Berth's own domain, undefined where they cannot. */
export function checkPreviewDomain(problem: string | undefined): Finding {
  const name = 'preview domain';
  return problem === undefined
    ? ok(name, 'shares no cookies with Berth')
    : advice(name, problem, SIBLING_MEND);
}

export type PortState = 'free' | 'berth' | 'taken' | 'forbidden';

export function checkPort(host: string, port: number, state: PortState): Finding {
  const shown = `${host}:${port}`;
  if (state === 'free') return ok('port', `${shown} is free`);
  if (state === 'berth') return ok('port', `Berth serves at ${shown} now`);
  const problem = state === 'taken' ? 'another program listens there' : 'this user may not listen there';
  return missing('port', `${shown}: ${problem}`, 'set BERTH_PORT to another one');
}

/** Programs that only the tests need. */
export function checkTestPrograms(programs: readonly { name: string; present: boolean }[]): Finding {
  const absent = programs.filter(({ present }) => !present).map(({ name }) => name);
  if (absent.length === 0) return ok('for tests', programs.map(({ name }) => name).join(', '));
  return advice('for tests', `no ${absent.join(', ')}`, 'npm test installs them as root on Debian or Ubuntu');
}
