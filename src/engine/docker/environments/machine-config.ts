import type { ContainerCreateOptions, EndpointSettings, HostConfig, MountSettings } from 'dockerode';
import type { IsolationProfile, MachineLimits, MachineSpec } from '../../engine.ts';
import type { HolderMounts } from '../holder/holder-volume.ts';
import { LABEL } from '../labels.ts';
import { nestedIsolation } from '../nested/nested-isolation.ts';
import type { UserMapping } from '../user-mapping.ts';
import { ordinarySeccompProfile } from '../seccomp/seccomp-profile.ts';

/** Terminals that can be open in a machine at a time: Berth's, and those of programs such as tmux. */
const MOST_TERMINALS = 64;
/** Group of terminals in containers, by the engine's own default. */
const TTY_GROUP = 5;

/**
 * The terminals of a machine, with a limit: the kernel counts those of all machines together, so that one
 * could keep everybody else from opening any. The engine mounts them without. As a volume without a name,
 * which goes with the machine. Nothing where the host's id of their group is not known.
 */
function terminalsMount({ firstGroup }: UserMapping): MountSettings[] {
  if (firstGroup === undefined) return [];
  const o = `nosuid,noexec,max=${MOST_TERMINALS},ptmxmode=0666,mode=0620,gid=${firstGroup + TTY_GROUP}`;
  const Options = { type: 'devpts', device: 'devpts', o };
  const VolumeOptions = { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options } };
  return [{ Type: 'volume', Source: '', Target: '/dev/pts', VolumeOptions }];
}

/**
 * What apt, dpkg, su, useradd and chown need of root's powers: to hand files over and to become
 * another user. Nothing here reaches beyond the container.
 */
const STANDARD_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID'];
/** A main process that waits for nothing: as an ordinary child of the init it dies at once on SIGTERM. */
const WAIT = ['sleep', '2147483647'];
/** Seconds between SIGTERM and SIGKILL when a machine is stopped: learners wait for a restart, and an engine stops its containers. */
const STOP_TIMEOUT_S: Record<IsolationProfile, number> = { standard: 2, restricted: 2, nested: 10 };
/** When the host runs out of memory, machines go before the engine and the service do. */
const OOM_SCORE = 500;
/**
 * Open files of one process. The kernel's own defaults: an engine that remaps users can lower its
 * own limits for a container but never raise them.
 */
const OPEN_FILES = { Name: 'nofile', Soft: 1_024, Hard: 4_096 };
export const NO_CORE_DUMPS = { Name: 'core', Soft: 0, Hard: 0 };
/** Bytes in message queues: the kernel counts those of all machines together. */
export const NO_MESSAGE_QUEUES = { Name: 'msgqueue', Soft: 0, Hard: 0 };
/**
 * Queued signals and timers of all users of a machine together. The kernel bounds them for each user, and
 * a remapping engine's machines share the bound of the host's root: 30,000 on a host with 8 GB of memory,
 * more on larger ones.
 */
const QUEUED_SIGNALS = 16_384;
/** Of one user, whatever the number of processes: enough for a program with a timer for each thread. */
const LEAST_QUEUED_SIGNALS = 64;
const MOST_QUEUED_SIGNALS = 1_024;

/** What keeps a container without an engine to its own; without capabilities. */
export const ORDINARY_SECURITY = [
  'no-new-privileges:true',
  `seccomp=${JSON.stringify(ordinarySeccompProfile())}`,
];

/** Where a machine lives: all that its specification does not say. */
export interface MachinePlace {
  containerName: string;
  /** The engine's names of its networks, and its addresses there; the first one is its primary. */
  endpoints: MachineEndpoint[];
  mounts: MountSettings[];
  labels: Record<string, string>;
  /** Name servers for a machine that reaches the internet; the host's own when empty. */
  nameServers: readonly string[];
  /** By which the engine bounds what the machine writes into its file system; nothing where it cannot. */
  storage?: Record<string, string>;
  userMapping: UserMapping;
  /** Runtime of a machine with an engine of its own; the engine's default when absent. */
  nestedRuntime?: string | undefined;
  /** How it comes to what holds the shells of its terminals. */
  holder?: HolderMounts | undefined;
  /** How it mounts the folder in which its own engine listens for trusted checks. */
  engineSocket?: string | undefined;
}

/** A machine's place on one network. */
export interface MachineEndpoint {
  network: string;
  address: string;
}

/** The engine's description of a machine, on its primary network alone: older engines refuse several at once. */
export function machineConfig(spec: MachineSpec, place: MachinePlace): ContainerCreateOptions {
  const [primary] = place.endpoints;
  return {
    name: place.containerName,
    Hostname: spec.name,
    Image: spec.image,
    ...(spec.user !== undefined && { User: spec.user }),
    ...mainProcess(spec),
    Env: environmentList(spec.environment),
    Labels: { ...place.labels, [LABEL.pids]: String(spec.limits.pids) },
    StopSignal: 'SIGTERM',
    StopTimeout: STOP_TIMEOUT_S[spec.profile],
    // Health checks run by exec, and the engine keeps a little of every exec it ever ran.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: primary?.network ?? 'none',
      Dns: [...place.nameServers],
      Init: true,
      RestartPolicy: { Name: 'no' },
      ...isolation(spec.profile, place.nestedRuntime),
      ...limits(spec.limits, place.userMapping),
      Binds: [
        ...(place.holder?.binds ?? []),
        ...(place.engineSocket === undefined ? [] : [place.engineSocket]),
      ],
      ...(place.holder && { Tmpfs: place.holder.tmpfs }),
      Mounts: [...place.mounts, ...terminalsMount(place.userMapping)],
      ...(place.storage && { StorageOpt: place.storage }),
    },
    ...(primary && {
      NetworkingConfig: { EndpointsConfig: { [primary.network]: endpointConfig(spec.name, primary) } },
    }),
  };
}

/** How a machine is on a network: under its name, and at a fixed address, since that must outlive a restart. */
export function endpointConfig(name: string, { address }: MachineEndpoint): EndpointSettings {
  return { Aliases: [name], IPAMConfig: { IPv4Address: address } };
}

/** Environment in the engine's form. */
export function environmentList(environment: Record<string, string> = {}): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

/** As the entry point, so that an image's own does not wrap it; but what runs an engine is the image's. */
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
    // ping without raw sockets; the widest range that exists under a user-namespace mapping too.
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
      // Otherwise users of the same id in other machines, and on the host, would count against it.
      ...(remapsUsers ? [queuedSignals(pids)] : []),
      // No single file passes the limit of the disk, however quickly it is written.
      ...(diskBytes === undefined ? [] : [{ Name: 'fsize', Soft: diskBytes, Hard: diskBytes }]),
    ],
    LogConfig: { Type: 'json-file', Config: { 'max-size': String(logBytes), 'max-file': '1' } },
  };
}

/** The limit of one user. A machine's root can be as many users as it has processes. */
function queuedSignals(pids: number): { Name: string; Soft: number; Hard: number } {
  const share = Math.floor(QUEUED_SIGNALS / pids);
  const limit = Math.min(Math.max(share, LEAST_QUEUED_SIGNALS), MOST_QUEUED_SIGNALS);
  return { Name: 'sigpending', Soft: limit, Hard: limit };
}
