import type { Duplex, Readable } from 'node:stream';
import type { EngineCheckers } from './engine-checkers.ts';
import type { EngineDisk } from './engine-disk.ts';
import type { EngineExec } from './engine-exec.ts';
import type { EngineSaves } from './engine-saves.ts';
import type { EngineTerminals } from './engine-terminals.ts';

/**
 * Memory limit of a gateway, which connects previews and checks to a machine's ports, in bytes: 2 MiB for
 * each connection.
 */
export const GATEWAY_MEMORY_BYTES = 256 * 1024 * 1024;

/** Folder in which the engine of a `nested` machine stores its data. It is on a volume, as engines require. */
export const NESTED_DATA_FOLDER = '/var/lib/docker';

/**
 * Port to the container engine. An environment is everything that one session has on the engine: its
 * networks, machines and volumes. It can be created before its session. Everything that is created has the
 * labels of the installation and the environment, so Berth finds it after any crash and touches nothing else.
 *
 * Every method throws `ENGINE_UNREACHABLE` if the engine does not answer, and `ENGINE_REFUSED` with the
 * engine's message if it refuses for a reason without its own code. `exec`, `openTerminal` and `connect`
 * throw `MACHINE_NOT_RUNNING` for a machine that exists and is stopped. Methods that run a command throw
 * `ROOT_REFUSED` if it would be root in a `nested` machine.
 */
export interface Engine extends EngineCheckers, EngineDisk, EngineExec, EngineSaves, EngineTerminals {
  /**
   * Describes the engine and its capabilities. Answers within a few seconds, or throws ENGINE_UNREACHABLE.
   */
  info(): Promise<EngineInfo>;

  /**
   * Creates and starts an environment completely or not at all, also if `signal` aborts. Refuses a second
   * environment with the same id and leaves the first one unchanged.
   * @throws IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_DENIED, EGRESS_UNAVAILABLE, SUBNETS_EXHAUSTED (a
   * subnet overlaps another network), LOCAL_REGISTRY_UNAVAILABLE, LAB_INVALID (a machine's user is root, and
   * its profile forbids that), NESTED_ENGINE_UNAVAILABLE, DISK_FULL
   */
  provision(spec: EnvironmentSpec, options?: ProvisionOptions): Promise<ProvisionedMachine[]>;

  /**
   * Returns a digest of how this version creates machines, apart from their specification. A machine with
   * another digest may lack something that this version needs in it, or some of its isolation.
   */
  machineRevision(): Promise<string>;

  /**
   * Lists all environments of this installation, in any state: one for each environment id in the engine's
   * labels.
   */
  list(): Promise<EnvironmentStatus[]>;

  /** Removes everything with the environment's labels. Succeeds if it is already gone. */
  destroy(environmentId: string): Promise<void>;

  /** @throws CONTAINER_NOT_FOUND */
  inspect(machineId: string): Promise<MachineStatus>;

  /**
   * Stops the machine's processes and starts it again with the same file system and addresses. Waits until
   * the machine's own engine answers, if it has one.
   * @throws CONTAINER_NOT_FOUND, EGRESS_UNAVAILABLE (a machine with internet stays as it was),
   * NESTED_ENGINE_UNAVAILABLE
   */
  restart(machineId: string): Promise<void>;

  /**
   * Restores the firewall rules that limit machines with internet to the internet. A reload of the host's
   * firewall removes them. Does nothing if no network has internet.
   * @throws EGRESS_UNAVAILABLE
   */
  restoreEgress(): Promise<void>;

  /**
   * Freezes all of the machine's processes. Succeeds if they are already frozen.
   * @throws CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING
   */
  pause(machineId: string): Promise<void>;

  /**
   * Unfreezes a paused machine. Succeeds if it already runs. @throws CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING
   */
  unpause(machineId: string): Promise<void>;

  /**
   * Connects to a TCP port as a program in the machine would connect to localhost, whatever its networks.
   * Each direction of the stream ends separately; destroy it to disconnect.
   * @throws CONTAINER_NOT_FOUND, PORT_CLOSED if nothing listens on the port, GATEWAY_UNAVAILABLE
   */
  connect(machineId: string, port: number): Promise<Duplex>;

  /**
   * Unpacks a tar stream below `path`, which must be a folder; destroy the stream to stop early.
   * @throws CONTAINER_NOT_FOUND, NOT_FOUND, DISK_FULL, or the stream's error
   */
  copyIn(machineId: string, path: string, tar: Readable): Promise<void>;

  /**
   * Reads the file or folder at `path` as a tar stream; destroy it to stop early.
   * @throws CONTAINER_NOT_FOUND, NOT_FOUND
   */
  copyOut(machineId: string, path: string): Promise<Readable>;

  /**
   * Ends all processes of the machine. Its file system stays; `restart` starts it.
   * @throws CONTAINER_NOT_FOUND
   */
  stop(machineId: string): Promise<void>;

  /**
   * Reports events of this installation's machines until `signal` aborts. After a gap the listener gets
   * `engine-returned` and should compare `list()` with its own state.
   */
  watch(listener: (event: EngineEvent) => void, signal: AbortSignal): void;

  /**
   * Returns why machines cannot have their own engine here; undefined if they can. The first call takes a
   * second.
   */
  nestedProblem(): Promise<string | undefined>;

  /** @throws NESTED_ENGINE_UNAVAILABLE with that reason */
  requireNested(): Promise<void>;

  /** Closes connections. Machines keep running. */
  close(): Promise<void>;
}

/** An event of a machine, or of the connection to the engine. */
export type EngineEvent =
  | {
      type: 'machine-died';
      environmentId: string;
      machineId: string;
      exitCode: number;
      outOfMemory: boolean;
    }
  | { type: 'machine-started'; environmentId: string; machineId: string }
  | { type: 'machine-removed'; environmentId: string; machineId: string }
  | { type: 'engine-lost' }
  | { type: 'engine-returned' };

export interface EngineInfo {
  name: string;
  version: string;
  /** Whether root in a container is an ordinary user of the host. */
  userNamespaces: boolean;
  /** Whether it can deny system calls to programs in machines. */
  systemCallFilter: boolean;
  memoryBytes: number;
  cpus: number;
  /** Which limits of a machine it can enforce on this host. */
  limits: { memory: boolean; pids: boolean; cpu: boolean };
}

/**
 * How a machine is isolated from the host. `standard`: root with the capabilities that apt needs.
 * `restricted`: an ordinary user without capabilities. `nested`: an ordinary user with a container engine in
 * the machine, where no command ever runs as root.
 */
export type IsolationProfile = 'standard' | 'restricted' | 'nested';

export interface EnvironmentSpec {
  environmentId: string;
  /** Empty for machines without a network. */
  networks: NetworkSpec[];
  machines: MachineSpec[];
  /** Whether the machines can pull from the local registry, which is the host `registry` on port 5000. */
  registry?: boolean;
}

export interface NetworkSpec {
  /** Name within the environment. */
  name: string;
  /** The network's CIDR, such as `10.231.4.16/28`. */
  subnet: string;
  /**
   * Whether its machines can access the internet (never the host, private ranges or the metadata address).
   */
  internet: boolean;
}

export interface MachineSpec {
  /** Name within the environment; also its host name on its networks. */
  name: string;
  image: string;
  /** Names of its networks. Its first address is on the first one; empty for a machine without a network. */
  networks: string[];
  volumes: VolumeSpec[];
  profile: IsolationProfile;
  /** User of its terminals and main process; the image's user if undefined. Only `standard` accepts root. */
  user?: string;
  /**
   * Main process. If undefined, a process that waits; in a `nested` machine the image's own, which runs the
   * engine.
   */
  command?: string[];
  environment: Record<string, string>;
  limits: MachineLimits;
}

/** A folder of a machine that is not part of its file system. It is removed with the environment. */
export interface VolumeSpec {
  /** Absolute path of the folder. */
  path: string;
  /** Image of `commitVolume` with the initial content; the content of the machine's image if undefined. */
  from?: string;
}

export interface MachineLimits {
  memoryBytes: number;
  /** Processors, such as 0.5. */
  cpus: number;
  pids: number;
  /** Maximum bytes of the main process's output that the engine keeps. */
  logBytes: number;
  /**
   * Maximum bytes of one file, and of its file system if the engine can limit that; otherwise usage must be
   * measured.
   */
  diskBytes?: number;
}

export interface ProvisionOptions {
  signal?: AbortSignal;
  /** Called on progress; `percent` is 0 to 100 if it is known. */
  onProgress?: (progress: ProvisionProgress) => void;
}

export interface ProvisionProgress {
  phase: 'pulling' | 'creating' | 'starting';
  percent?: number;
}

export interface ProvisionedMachine {
  name: string;
  /** The engine's handle, for the other methods. */
  machineId: string;
  /** One address for each of its networks, in their order; empty for a machine without a network. */
  addresses: MachineAddress[];
}

/** A machine's address on one of its networks. */
export interface MachineAddress {
  network: string;
  /** IPv4 address. */
  address: string;
}

export interface EnvironmentStatus {
  environmentId: string;
  machines: (MachineStatus & { name: string; machineId: string })[];
}

export interface MachineStatus {
  state: 'created' | 'running' | 'paused' | 'exited';
  /**
   * Its addresses while it runs, in the order of its networks; empty if it does not run or has no network.
   */
  addresses: MachineAddress[];
  /** Exit code of the main process's last run. */
  exitCode: number | undefined;
  outOfMemory: boolean;
}
