import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { LABEL, labelsOf } from '../labels.ts';
import { removeContainer } from '../environments/teardown.ts';

/** The registry's port in containers. */
export const REGISTRY_PORT = 5000;
/** Folder of the registry's socket, to which the front connects. */
export const SOCKET_FOLDER = '/run/berth-registry';

const STORAGE_FOLDER = '/var/lib/berth-registry';
/** Memory limit, for buffers: a registry streams layers. Its runtime gets a soft limit below it. */
const MEMORY_BYTES = 512 * 1024 * 1024;
const MEMORY_SOFT = '400MiB';
/** Process limit: a thread for each file that is read at the same time, and a few more. */
const PIDS = 256;
/** Size of its log, which contains only warnings. */
const LOG_BYTES = '1m';

/** A container of the registry and its configuration. */
interface RegistryPart {
  name: string;
  /**
   * The complete configuration except for the port on the host, which is selected when the container is
   * created.
   */
  config: Docker.ContainerCreateOptions;
  /** Whether the host can access it, on a loopback port. */
  published: boolean;
}

interface RegistryOptions {
  installation: string;
  /** The engine's id of the registry's image. */
  imageId: string;
  /** Another registry from which labs pull; undefined for Berth's own. */
  upstream: string | undefined;
}

/** Returns the names of the registry's objects on the engine, one set for each installation. */
export function registryNames(installation: string) {
  const prefix = `berth-registry-${installation}`;
  return {
    network: prefix,
    socket: `${prefix}-socket`,
    storage: `${prefix}-images`,
    cache: `${prefix}-cache`,
    writer: `${prefix}-writer`,
    reader: `${prefix}-reader`,
  };
}

/**
 * Returns the registry's containers. Labs access only the reader, through the front. It has a read-only mount
 * of Berth's images and no network. Only the writer changes them, and only the host can access it. With an
 * upstream registry there is no writer, and the reader pulls from that registry.
 */
export function registryParts(options: RegistryOptions): RegistryPart[] {
  const names = registryNames(options.installation);
  const socket = `${names.socket}:${SOCKET_FOLDER}`;
  if (options.upstream !== undefined) {
    return [
      part(options, 'reader', {
        settings: 'cache',
        network: names.network,
        mounts: [socket, `${names.cache}:${STORAGE_FOLDER}`],
        environment: [`REGISTRY_PROXY_REMOTEURL=${options.upstream}`],
      }),
    ];
  }
  return [
    part(options, 'writer', {
      settings: 'writer',
      network: names.network,
      mounts: [`${names.storage}:${STORAGE_FOLDER}`],
    }),
    part(options, 'reader', {
      settings: 'reader',
      network: 'none',
      mounts: [socket, `${names.storage}:${STORAGE_FOLDER}:ro`],
    }),
  ];
}

function part(
  { installation, imageId }: RegistryOptions,
  which: 'writer' | 'reader',
  how: { settings: string; network: string; mounts: string[]; environment?: string[] },
): RegistryPart {
  return {
    name: registryNames(installation)[which],
    published: which === 'writer',
    config: {
      Image: imageId,
      Cmd: ['docker-registry', 'serve', `/etc/berth/${how.settings}.yml`],
      Env: [`GOMEMLIMIT=${MEMORY_SOFT}`, ...(how.environment ?? [])],
      Labels: labelsOf(installation, 'registry'),
      HostConfig: {
        NetworkMode: how.network,
        Binds: how.mounts,
        RestartPolicy: { Name: 'unless-stopped' },
        ...hardened({ memoryBytes: MEMORY_BYTES, pids: PIDS }),
      },
    },
  };
}

/** Returns settings for a container without capabilities or a writable root, with limits. */
export function hardened({
  memoryBytes,
  pids,
}: {
  memoryBytes: number;
  pids: number;
}): Docker.ContainerCreateOptions['HostConfig'] & object {
  return {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    ReadonlyRootfs: true,
    Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=16m,mode=1777' },
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    PidsLimit: pids,
    LogConfig: { Type: 'json-file', Config: { 'max-size': LOG_BYTES, 'max-file': '1' } },
  };
}

/** Ports to try on the host: the usual port of a registry and the following ones. */
const PORTS = Array.from({ length: 20 }, (_, index) => REGISTRY_PORT + index);
/** Messages of engines about a port that another program uses. */
const PORT_TAKEN = /port is already allocated|address already in use/i;
/** Messages of engines about a container that is being removed. */
const BEING_REMOVED = /marked for removal/i;
/**
 * Attempts to start a container that another process is creating, and the delay between them in milliseconds.
 */
const ATTEMPTS = 50;
const PAUSE_MS = 100;
const INSIDE = `${REGISTRY_PORT}/tcp`;

/** Makes sure that a part runs with its configuration; replaces one with another configuration. */
export async function ensurePart(docker: Docker, part: RegistryPart): Promise<void> {
  const digest = createHash('sha256').update(JSON.stringify(part.config)).digest('hex');
  const present = await inspectPart(docker, part.name);
  const same = present?.Config.Labels[LABEL.config] === digest;
  if (same && present.State.Running) return;
  if (present && !same) await removeContainer(docker, present.Id);
  const ports = part.published ? candidatePorts(present && publishedPort(present)) : [undefined];
  for (const [index, port] of ports.entries()) {
    try {
      await startPart(docker, part, { digest, port });
      return;
    } catch (error) {
      if (!PORT_TAKEN.test(engineMessage(error)) || index === ports.length - 1) throw error;
      // The port is part of its configuration, so it is recreated.
      await removeContainer(docker, part.name);
    }
  }
}

/** Returns the part's container; undefined if it does not exist. */
export async function inspectPart(
  docker: Docker,
  name: string,
): Promise<Docker.ContainerInspectInfo | undefined> {
  try {
    return await call(() => docker.getContainer(name).inspect());
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Returns the loopback port of the host that leads to the part. */
export function publishedPort({ HostConfig }: Docker.ContainerInspectInfo): number | undefined {
  const bindings = HostConfig.PortBindings as Record<string, { HostPort?: string }[]> | undefined;
  return Number(bindings?.[INSIDE]?.[0]?.HostPort) || undefined;
}

async function startPart(
  docker: Docker,
  { name, config }: RegistryPart,
  { digest, port }: { digest: string; port: number | undefined },
): Promise<void> {
  try {
    const own = { name, ...config, Labels: { ...config.Labels, [LABEL.config]: digest } };
    await call(() => docker.createContainer(port === undefined ? own : publish(own, port)));
  } catch (error) {
    // It exists: stopped, or another process created it at the same time.
    if (!hasStatus(error, 409)) throw error;
  }
  await start(docker, name);
}

async function start(docker: Docker, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await call(() => docker.getContainer(name).start());
      return;
    } catch (error) {
      if (hasStatus(error, 304)) return;
      // A name is taken a moment before its container exists. Another process may also be removing the
      // container to recreate it with another port.
      const isNotYet = hasStatus(error, 404) || BEING_REMOVED.test(engineMessage(error));
      if (!isNotYet || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function publish(config: Docker.ContainerCreateOptions, port: number): Docker.ContainerCreateOptions {
  return {
    ...config,
    ExposedPorts: { [INSIDE]: {} },
    HostConfig: {
      ...config.HostConfig,
      PortBindings: { [INSIDE]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
    },
  };
}

/** Returns the ports to try. The former port comes first: names of images on the engine contain it. */
function candidatePorts(former: number | undefined): number[] {
  return former === undefined ? PORTS : [former, ...PORTS.filter((port) => port !== former)];
}
