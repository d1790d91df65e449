import type Docker from 'dockerode';
import type { MountSettings } from 'dockerode';

/** Memory limit: tar remembers all hard links. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * Returns the configuration of a helper container that reads or fills one volume, and has no other access.
 */
export function volumeHelper({
  mount,
  capabilities,
  ...config
}: Docker.ContainerCreateOptions & {
  mount: Docker.MountSettings;
  capabilities: string[];
}): Docker.ContainerCreateOptions {
  return {
    ...config,
    Cmd: [],
    User: '0',
    AttachStdin: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [mount],
      CapDrop: ['ALL'],
      CapAdd: capabilities,
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      PidsLimit: 16,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
}

/** Path of the volume in a helper that reads or fills it. */
export const HELPER_FOLDER = '/berth-volume';

/**
 * Mounts a volume at `path`; with `copyUp` an empty one gets the image's content. A newly created volume gets
 * `labels`.
 */
export function mount(
  volume: string,
  path: string,
  { copyUp, labels = {} }: { copyUp: boolean; labels?: Record<string, string> },
): MountSettings {
  return {
    Type: 'volume',
    Source: volume,
    Target: path,
    VolumeOptions: { NoCopy: !copyUp, Labels: labels, DriverConfig: { Name: 'local', Options: {} } },
  };
}
