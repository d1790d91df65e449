import type Docker from 'dockerode';
import { labelsOf } from '../labels.ts';

/** The registry's own port, within containers. */
export const REGISTRY_PORT = 5000;
/** Where the front finds the registry. */
export const SOCKET_FOLDER = '/run/berth-registry';

const STORAGE_FOLDER = '/var/lib/berth-registry';
/** A registry streams layers: what it holds is buffers. Its runtime is told to stay below the limit. */
const MEMORY_BYTES = 512 * 1024 * 1024;
const MEMORY_SOFT = '400MiB';
/** A thread for each file that is being read at a time, and a few more. */
const PIDS = 256;
/** What it has to say is warnings. */
const LOG_BYTES = '1m';

/** A part of the registry as it should be. */
export interface RegistryPart {
  name: string;
  /** All but what is chosen when it is made: its port on the host. */
  config: Docker.ContainerCreateOptions;
  /** Whether the host reaches it, on a port of loopback. */
  published: boolean;
}

export interface RegistryPlace {
  installation: string;
  /** The engine's id of the registry's image. */
  imageId: string;
  /** Another registry that labs are to pull from; Berth's own when undefined. */
  upstream: string | undefined;
}

/** Names of what the registry has on the engine, one of each for an installation. */
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
 * What runs. Labs meet the reader alone, by the front. Of Berth's own images it sees a read-only mount
 * and has no network; only the writer changes them, which only the host reaches. Where another registry
 * is given there is no writer, and the reader fetches from there.
 */
export function registryParts(place: RegistryPlace): RegistryPart[] {
  const names = registryNames(place.installation);
  const socket = `${names.socket}:${SOCKET_FOLDER}`;
  if (place.upstream !== undefined) {
    return [
      part(place, 'reader', {
        settings: 'cache',
        network: names.network,
        mounts: [socket, `${names.cache}:${STORAGE_FOLDER}`],
        environment: [`REGISTRY_PROXY_REMOTEURL=${place.upstream}`],
      }),
    ];
  }
  return [
    part(place, 'writer', {
      settings: 'writer',
      network: names.network,
      mounts: [`${names.storage}:${STORAGE_FOLDER}`],
    }),
    part(place, 'reader', {
      settings: 'reader',
      network: 'none',
      mounts: [socket, `${names.storage}:${STORAGE_FOLDER}:ro`],
    }),
  ];
}

function part(
  { installation, imageId }: RegistryPlace,
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

/** No power, nothing to write to, and bounds. */
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
