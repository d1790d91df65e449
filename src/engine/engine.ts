import type { EngineTerminal, ShellSpec, TerminalSpec } from './engine-terminals.ts';
import type { Duplex, Readable } from 'node:stream';
import type { ByteSource } from '../core/byte-source.ts';
import type { ExecInput, ExecInputSpec, ExecOutputSpec, ExecResult, ExecSpec } from './engine-exec.ts';
import type { EngineCheckers } from './engine-checkers.ts';
import type { EngineDisk } from './engine-disk.ts';
import type { EngineEvent } from './engine-event.ts';
import type { EngineNested } from './engine-nested.ts';
import type { CommitSpec, SavedImageStatus } from './saved-image.ts';

/**
 * Port to what runs containers. An environment is all that one session has on the engine: its
 * networks, machines and volumes; it may be made before there is a session. Everything made carries
 * the installation's and the environment's labels, so that it is found again after any crash, and
 * nothing else is ever touched.
 *
 * Every method throws `ENGINE_UNREACHABLE` when the engine does not answer, and `ENGINE_REFUSED`
 * with the engine's own words when it refuses for a reason that has no code of its own.
 * `exec`, `openTerminal` and `connect` throw `MACHINE_NOT_RUNNING` for a machine that is there and stopped.
 * What runs a command throws `ROOT_REFUSED` where it would be root in a `nested` machine.
 */
export interface Engine extends EngineCheckers, EngineDisk, EngineNested {
  /** What the engine is and can do. Answers within a few seconds, or throws ENGINE_UNREACHABLE. */
  info(): Promise<EngineInfo>;

  /**
   * Makes and starts an environment: all of it or nothing, also when `signal` aborts on the way.
   * An environment that is there by that id already stays, and a second one is refused.
   * @throws IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_DENIED, EGRESS_UNAVAILABLE,
   * SUBNETS_EXHAUSTED (a subnet overlaps another network), LOCAL_REGISTRY_UNAVAILABLE, LAB_INVALID (a machine whose user is root where the profile
   * has none), NESTED_ENGINE_UNAVAILABLE, DISK_FULL
   */
  provision(spec: EnvironmentSpec, options?: ProvisionOptions): Promise<ProvisionedMachine[]>;

  /**
   * Digest of how machines are made now, beside what their specification says. One that was made at another
   * digest may lack what this version needs in it, or what keeps it apart.
   */
  machineRevision(): Promise<string>;

  /** All environments of this installation, whatever their state; one for each environment id found in labels. */
  list(): Promise<EnvironmentStatus[]>;

  /** Removes all that carries the environment's labels. Removing what is gone already succeeds. */
  destroy(environmentId: string): Promise<void>;

  /** @throws CONTAINER_NOT_FOUND */
  inspect(machineId: string): Promise<MachineStatus>;

  /**
   * Stops the machine's processes and starts it again on the same file system; its address stays. An engine
   * of its own answers again by then.
   * @throws CONTAINER_NOT_FOUND, EGRESS_UNAVAILABLE (a machine with internet stays as it was), NESTED_ENGINE_UNAVAILABLE
   */
  restart(machineId: string): Promise<void>;

  /**
   * Sets again what keeps machines with internet apart from all that is not the internet, should a
   * reload of the host's firewall have taken it away; does nothing where there are none.
   * @throws EGRESS_UNAVAILABLE
   */
  keepApart(): Promise<void>;

  /**
   * Freezes all of the machine's processes where they are; pausing what is paused succeeds.
   * @throws CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING
   */
  pause(machineId: string): Promise<void>;

  /** Lets a paused machine go on; one that runs stays as it is. @throws CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING */
  unpause(machineId: string): Promise<void>;

  /**
   * Runs a command without a terminal to its end. On time-out, output limit or abort, the command
   * and all that it started are ended before this returns.
   * @throws CONTAINER_NOT_FOUND, or `signal`'s reason when aborted
   */
  exec(machineId: string, command: ExecSpec): Promise<ExecResult>;

  /** Opens a shell on a terminal of its own. @throws CONTAINER_NOT_FOUND, SHELL_NOT_STARTED */
  openTerminal(machineId: string, spec: TerminalSpec): Promise<EngineTerminal>;

  /**
   * Connects again to a durable shell, by its handle, for its output from byte `from` on, or from the
   * first that is kept: an earlier connection is cut off. Undefined when it cannot be reached, which
   * is so for one that has ended, whose machine is gone, or that was never durable.
   */
  reattachTerminal(machineId: string, shell: string, from: number): Promise<EngineTerminal | undefined>;

  /**
   * Has a shell wait in the machine for the first `openTerminal` of this process that asks for one
   * like it, whatever its size: the engine then has no process to start. Nothing of the shell itself
   * runs before. Its handle, for `endShell`. Pausing the machine does it no harm.
   * @throws CONTAINER_NOT_FOUND, SHELL_NOT_STARTED
   */
  prepareShell(machineId: string, spec: ShellSpec): Promise<string>;

  /** Whether the shell that `prepareShell` gave this handle waits in this process. */
  isPrepared(machineId: string, shell: string): boolean;

  /**
   * Ends the shell that an {@link EngineTerminal} named and all of its terminal session: what a
   * crash left running. Succeeds when it is gone, or the machine is; another process that has the
   * shell's number by now is left alone.
   */
  endShell(machineId: string, shell: string): Promise<void>;

  /**
   * Connects to a TCP port as a program in the machine would to localhost, whatever its networks. The
   * stream carries bytes both ways and ends for each side by itself; destroy it to hang up.
   * @throws CONTAINER_NOT_FOUND, PORT_CLOSED when nothing listens there, GATEWAY_UNAVAILABLE
   */
  connect(machineId: string, port: number): Promise<Duplex>;

  /**
   * Runs a command for what it prints on standard output; resolves when it has started. Reading comes
   * to an end when the command has ended with 0, and fails with COMMAND_FAILED otherwise, or
   * MACHINE_NOT_RUNNING when its machine went. Not to read holds the command back, closing ends it
   * and all that it started. @throws CONTAINER_NOT_FOUND, COMMAND_FAILED
   */
  execOutput(machineId: string, command: ExecOutputSpec): Promise<ByteSource>;

  /**
   * Starts a command that is fed past the engine. Undefined where that cannot be, as when the engine
   * is elsewhere, and then nothing was started. @throws CONTAINER_NOT_FOUND
   */
  execInput(machineId: string, command: ExecInputSpec): Promise<ExecInput | undefined>;

  /** Unpacks a tar stream below `path`, which must be a folder; destroy it to stop early. @throws CONTAINER_NOT_FOUND, NOT_FOUND, DISK_FULL, or the stream's error */
  copyIn(machineId: string, path: string, tar: Readable): Promise<void>;

  /** Reads the file or folder at `path` as a tar stream; destroy it to stop early. @throws CONTAINER_NOT_FOUND, NOT_FOUND */
  copyOut(machineId: string, path: string): Promise<Readable>;

  /** Ends all processes of the machine; its file system stays, and `restart` starts it. @throws CONTAINER_NOT_FOUND */
  stop(machineId: string): Promise<void>;

  /** Paths of the machine's volumes, in the order of its specification. @throws CONTAINER_NOT_FOUND */
  listVolumes(machineId: string): Promise<string[]>;

  /**
   * Saves the machine's file system as an image and returns the image's id. `admit` is told how many
   * bytes would be written before they are, holes in files among them, and may throw: nothing is saved
   * then, and the machine goes on. @throws CONTAINER_NOT_FOUND, DISK_FULL, what `admit` throws
   */
  commit(machineId: string, image: CommitSpec): Promise<string>;

  /** Bytes in a volume of the machine, by the length of its files. @throws CONTAINER_NOT_FOUND, NOT_FOUND */
  measureVolume(machineId: string, path: string): Promise<number>;

  /**
   * Saves what is in a volume of the machine, with owners and modes, as an image that a volume can
   * start from ({@link VolumeSpec}), and returns the image's id. `admit` is told again and again how
   * many bytes that has come to, and may throw as with `commit`.
   * @throws CONTAINER_NOT_FOUND, NOT_FOUND, DISK_FULL, what `admit` throws
   */
  commitVolume(machineId: string, path: string, image: CommitSpec): Promise<string>;

  /** Bytes that an image by `commit` or `commitVolume` holds beyond the one its machine was made from first. @throws IMAGE_NOT_FOUND */
  measureImage(image: string): Promise<number>;

  /** All images of this installation that `commit` and `commitVolume` made. */
  listImages(): Promise<SavedImageStatus[]>;

  /**
   * Removes an image that `commit` or `commitVolume` made, by a name or its id. Removing what is gone
   * already succeeds; what a machine was made from is refused as long as that is there.
   */
  removeImage(image: string): Promise<void>;

  /**
   * Tells what happens to this installation's machines until `signal` aborts. After a gap the
   * listener gets `engine-returned` and should compare `list()` with what it knows.
   */
  watch(listener: (event: EngineEvent) => void, signal: AbortSignal): void;

  /** Frees connections. Machines go on running. */
  close(): Promise<void>;
}

export interface EngineInfo {
  name: string;
  version: string;
  /** Whether root in a container is an ordinary user of the host. */
  userNamespaces: boolean;
  /** Whether it can refuse system calls to programs in machines. */
  systemCallFilter: boolean;
  memoryBytes: number;
  cpus: number;
  /** Which limits of a machine it can enforce here. */
  limits: { memory: boolean; pids: boolean; cpu: boolean };
}

/**
 * How far a machine is kept from the host: `standard` is root with the capabilities that apt needs;
 * `restricted` is an ordinary user with none; `nested` is an ordinary user who has a container engine of
 * their own in the machine, and no command ever runs as root there.
 */
export type IsolationProfile = 'standard' | 'restricted' | 'nested';

export interface EnvironmentSpec {
  environmentId: string;
  /** None at all for machines that are to be alone. */
  networks: NetworkSpec[];
  machines: MachineSpec[];
  /** Whether the machines reach the local registry, as the host `registry` on port 5000, to pull from it. */
  registry?: boolean;
}

export interface NetworkSpec {
  /** Name within the environment. */
  name: string;
  /** CIDR of it, such as `10.231.4.16/28`. */
  subnet: string;
  /** Whether its machines reach the internet (never the host, private ranges or the metadata address). */
  internet: boolean;
}

export interface MachineSpec {
  /** Name within the environment; resolves as a host name on its networks. */
  name: string;
  image: string;
  /** Names of the networks that it is on, its first address in the first; none leaves it alone. */
  networks: string[];
  volumes: VolumeSpec[];
  profile: IsolationProfile;
  /** User whose terminals and main process these are; the image's own when absent. Only `standard` takes root. */
  user?: string;
  /** Main process; when absent, one that waits and reaps, or in a `nested` machine the image's own, which runs the engine. */
  command?: string[];
  environment: Record<string, string>;
  limits: MachineLimits;
}

/** A folder of a machine that is no part of its file system; goes with the environment. */
export interface VolumeSpec {
  /** Absolute path of the folder. */
  path: string;
  /** Image by `commitVolume` whose content it begins with; what the machine's image has there when absent. */
  from?: string;
}

export interface MachineLimits {
  memoryBytes: number;
  /** Processors, such as 0.5. */
  cpus: number;
  pids: number;
  /** Most that the engine keeps of the main process's output. */
  logBytes: number;
  /** Most bytes of one file, and of its file system on engines that can bound that; others leave that to be measured. */
  diskBytes?: number;
}

export interface ProvisionOptions {
  signal?: AbortSignal;
  /** Called as provisioning goes on; `percent` is 0 to 100 where it is known. */
  onProgress?: (progress: ProvisionProgress) => void;
}

export interface ProvisionProgress {
  phase: 'pulling' | 'creating' | 'starting';
  percent?: number;
}

export interface ProvisionedMachine {
  name: string;
  /** The engine's handle, to be given back to the other methods. */
  machineId: string;
  /** One for each of its networks, in its order; empty for a machine that is alone. */
  addresses: MachineAddress[];
}

/** Where a machine is on one of its networks. */
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
  /** Where it is while it runs, in the order of its networks; empty when it does not, or is alone. */
  addresses: MachineAddress[];
  /** Of the last end of the main process. */
  exitCode: number | undefined;
  outOfMemory: boolean;
}
