import type { ContainerCreateOptions, EndpointSettings, HostConfig, MountSettings } from 'dockerode';
import type { IsolationProfile, MachineLimits, MachineSpec } from '../../engine.ts';
import type { HolderMounts, HolderVolume } from '../holder/holder-volume.ts';
import { LABEL } from '../labels.ts';
import { nestedIsolation } from '../nested/nested-support.ts';
import type { UserMapping } from '../engine-info.ts';
import { ordinarySeccompProfile } from './seccomp-profile.ts';
import { createHash } from 'node:crypto';

/** Maximum number of open terminals in a machine: Berth's, and those of programs such as tmux. */
const MOST_TERMINALS = 64;
/** Group of terminals in containers: the engine's default. */
const TTY_GROUP = 5;

/**
 * Mounts the terminals of a machine with a limit. The kernel counts the terminals of all machines together,
 * so one machine could prevent all others from opening any; the engine's own mount has no limit. The mount is
 * an anonymous volume that is removed with the machine. Empty if the host's id of the terminals' group is
 * unknown.
 */
function terminalsMount({ firstGroup }: UserMapping): MountSettings[] {
  if (firstGroup === undefined) return [];
  const o = `nosuid,noexec,max=${MOST_TERMINALS},ptmxmode=0666,mode=0620,gid=${firstGroup + TTY_GROUP}`;
  const Options = { type: 'devpts', device: 'devpts', o };
  const VolumeOptions = { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options } };
  return [{ Type: 'volume', Source: '', Target: '/dev/pts', VolumeOptions }];
}

/**
 * The part of root's powers that apt, dpkg, su, useradd and chown need: to change owners and to switch users.
 * None of them has an effect outside the container.
 */
const STANDARD_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID'];
/** A main process that waits. As a child of the init process, it ends immediately on SIGTERM. */
const WAIT = ['sleep', '2147483647'];
/**
 * Seconds between SIGTERM and SIGKILL when a machine is stopped: short, because learners wait for a restart.
 * An engine needs time to stop its containers.
 */
const STOP_TIMEOUT_S: Record<IsolationProfile, number> = { standard: 2, restricted: 2, nested: 10 };
/** If the host runs out of memory, the kernel ends machines before the engine and the service. */
const OOM_SCORE = 500;
/**
 * Open files of one process. These are the kernel's defaults: an engine that remaps users can lower its
 * own limits for a container but never raise them.
 */
const OPEN_FILES = { Name: 'nofile', Soft: 1_024, Hard: 4_096 };
export const NO_CORE_DUMPS = { Name: 'core', Soft: 0, Hard: 0 };
/** Bytes in message queues: the kernel counts those of all machines together. */
export const NO_MESSAGE_QUEUES = { Name: 'msgqueue', Soft: 0, Hard: 0 };
/**
 * Queued signals and timers of all users of a machine together. The kernel limits them for each user. The
 * machines of a remapping engine share the limit of the host's root: 30,000 on a host with 8 GB of memory,
 * more on larger ones.
 */
const QUEUED_SIGNALS = 16_384;
/** Limits for one user, for any number of processes: enough for a program with a timer for each thread. */
const LEAST_QUEUED_SIGNALS = 64;
const MOST_QUEUED_SIGNALS = 1_024;

/** Security options of a container without its own engine. They do not include capabilities. */
export const ORDINARY_SECURITY = [
  'no-new-privileges:true',
  `seccomp=${JSON.stringify(ordinarySeccompProfile())}`,
];

/** The values of a machine's configuration that are not in its specification. */
interface MachineContext {
  containerName: string;
  /** The engine's names of its networks, and its addresses there; the first one is the primary network. */
  endpoints: MachineEndpoint[];
  mounts: MountSettings[];
  labels: Record<string, string>;
  /** Name servers of a machine with internet; the host's if empty. */
  nameServers: readonly string[];
  /** Storage options that limit its file system; empty if the engine has no limit. */
  storage?: Record<string, string>;
  userMapping: UserMapping;
  /** Runtime of a machine with its own engine; the engine's default if undefined. */
  nestedRuntime?: string | undefined;
  /** Mounts of the agent that keeps its shells. */
  agent?: HolderMounts | undefined;
  /** Mount of the folder in which its own engine listens for trusted checks. */
  engineSocket?: string | undefined;
}

/** A machine's address on one network. */
export interface MachineEndpoint {
  network: string;
  address: string;
}

/**
 * Returns the engine's configuration of a machine with only its primary network: older engines reject
 * several.
 */
export function machineConfig(spec: MachineSpec, context: MachineContext): ContainerCreateOptions {
  const [primary] = context.endpoints;
  return {
    name: context.containerName,
    Hostname: spec.name,
    Image: spec.image,
    ...(spec.user !== undefined && { User: spec.user }),
    ...mainProcess(spec),
    Env: environmentList(spec.environment),
    Labels: { ...context.labels, [LABEL.pids]: String(spec.limits.pids) },
    StopSignal: 'SIGTERM',
    StopTimeout: STOP_TIMEOUT_S[spec.profile],
    // The engine runs health checks by exec, and it never frees all memory of an exec.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: primary?.network ?? 'none',
      Dns: [...context.nameServers],
      Init: true,
      RestartPolicy: { Name: 'no' },
      ...isolation(spec.profile, context.nestedRuntime),
      ...limits(spec.limits, context.userMapping),
      Binds: [
        ...(context.agent?.binds ?? []),
        ...(context.engineSocket === undefined ? [] : [context.engineSocket]),
      ],
      ...(context.agent && { Tmpfs: context.agent.tmpfs }),
      Mounts: [...context.mounts, ...terminalsMount(context.userMapping)],
      ...(context.storage && { StorageOpt: context.storage }),
    },
    ...(primary && {
      NetworkingConfig: { EndpointsConfig: { [primary.network]: endpointConfig(spec.name, primary) } },
    }),
  };
}

/**
 * Returns a machine's configuration on a network: its host name, and a fixed address that survives a restart.
 */
export function endpointConfig(name: string, { address }: MachineEndpoint): EndpointSettings {
  return { Aliases: [name], IPAMConfig: { IPv4Address: address } };
}

/** Converts environment variables to the engine's format. */
export function environmentList(environment: Record<string, string> = {}): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

/**
 * Uses the entry point, so that the image's own does not wrap the command. In a nested machine the image's
 * runs the engine.
 */
function mainProcess({ command, profile }: MachineSpec): ContainerCreateOptions {
  if (command === undefined && profile === 'nested') return {};
  return { Entrypoint: command ?? WAIT, Cmd: [] };
}

function isolation(profile: IsolationProfile, nestedRuntime: string | undefined): HostConfig {
  if (profile === 'nested') return nestedIsolation(nestedRuntime);
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: profile === 'standard' ? STANDARD_CAPABILITIES : [],
    SecurityOpt: ORDINARY_SECURITY,
    // Allows ping without raw sockets; also the widest possible range with mapped users.
    Sysctls: { 'net.ipv4.ping_group_range': '0 65535' },
  };
}

function limits(
  { memoryBytes, cpus, pids, logBytes, diskBytes }: MachineLimits,
  { remapsUsers }: UserMapping,
): HostConfig {
  return {
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(cpus * 1e9),
    PidsLimit: pids,
    OomScoreAdj: OOM_SCORE,
    Ulimits: [
      OPEN_FILES,
      NO_CORE_DUMPS,
      NO_MESSAGE_QUEUES,
      // Without it, users with the same id in other machines, and on the host, would count toward the limit.
      ...(remapsUsers ? [queuedSignals(pids)] : []),
      // No single file can exceed the disk limit, however quickly it grows.
      ...(diskBytes === undefined ? [] : [{ Name: 'fsize', Soft: diskBytes, Hard: diskBytes }]),
    ],
    LogConfig: { Type: 'json-file', Config: { 'max-size': String(logBytes), 'max-file': '1' } },
  };
}

/** Returns the limit of one user. A machine's root can use as many users as it has processes. */
function queuedSignals(pids: number): { Name: string; Soft: number; Hard: number } {
  const share = Math.floor(QUEUED_SIGNALS / pids);
  const limit = Math.min(Math.max(share, LEAST_QUEUED_SIGNALS), MOST_QUEUED_SIGNALS);
  return { Name: 'sigpending', Soft: limit, Hard: limit };
}

const PROFILES: readonly IsolationProfile[] = ['standard', 'restricted', 'nested'];

/** The same specification for every digest, so that only Berth's own settings change it. */
const SAMPLE: Omit<MachineSpec, 'profile'> = {
  name: 'sample',
  image: 'sample',
  environment: {},
  networks: [],
  volumes: [],
  limits: { memoryBytes: 1, cpus: 1, pids: 1, logBytes: 1, diskBytes: 1 },
};

/**
 * Returns a digest of everything that Berth decides about a machine apart from its lab: isolation, limits and
 * the agent's programs.
 */
export async function machineRevision(
  agent: Pick<HolderVolume, 'planned'>,
  context: Pick<MachineContext, 'nameServers' | 'nestedRuntime' | 'userMapping'>,
): Promise<string> {
  const sample = {
    ...context,
    containerName: 'sample',
    endpoints: [],
    mounts: [],
    labels: {},
    agent: await agent.planned(),
  };
  const configs = PROFILES.map((profile) => machineConfig({ ...SAMPLE, profile }, sample));
  return createHash('sha256').update(JSON.stringify(configs)).digest('hex');
}
