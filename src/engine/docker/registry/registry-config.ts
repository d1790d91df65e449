import type Docker from 'dockerode';
import { labelsOf } from '../labels.ts';

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
export interface RegistryPart {
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
